import { TTFT_P95, WAITING } from '../rules/serving';
import { modelDashboard, OF_MODEL } from './model-dashboard';
import type { PanelProps } from './panel';

const p95 = (metric: string) =>
  `histogram_quantile(0.95, sum by (model_name, le) (rate(${metric}_bucket{${OF_MODEL}}[$__rate_interval])))`;
const rate = (metric: string) => `sum by (model_name) (rate(${metric}{${OF_MODEL}}[$__rate_interval]))`;

const PANELS: readonly PanelProps[] = [
  {
    title: 'First token, 95th percentile',
    unit: 's',
    queries: { '{{model_name}}': `${TTFT_P95}{${OF_MODEL}}` },
  },
  {
    title: 'Between tokens, 95th percentile',
    unit: 's',
    queries: { '{{model_name}}': p95('vllm:inter_token_latency_seconds') },
  },
  {
    title: 'Whole request, 95th percentile',
    unit: 's',
    queries: { '{{model_name}}': p95('vllm:e2e_request_latency_seconds') },
  },
  {
    title: 'Tokens a second',
    unit: 'short',
    queries: {
      '{{model_name}} read': rate('vllm:prompt_tokens_total'),
      '{{model_name}} written': rate('vllm:generation_tokens_total'),
    },
  },
  {
    title: 'Requests',
    unit: 'short',
    queries: {
      '{{model_name}} running': `sum by (model_name) (vllm:num_requests_running{${OF_MODEL}})`,
      '{{model_name}} waiting': `${WAITING}{${OF_MODEL}}`,
    },
  },
  {
    title: 'Finished requests a second',
    unit: 'reqps',
    queries: {
      '{{model_name}} {{finished_reason}}': `sum by (model_name, finished_reason) (rate(vllm:request_success_total{${OF_MODEL}}[$__rate_interval]))`,
    },
  },
  {
    title: 'KV cache in use',
    unit: 'percentunit',
    queries: { '{{pod}}': `max by (pod) (vllm:kv_cache_usage_perc{${OF_MODEL}})` },
  },
  {
    title: 'Prompt found in the prefix cache',
    unit: 'percentunit',
    queries: {
      '{{model_name}}': `${rate('vllm:prefix_cache_hits_total')} / ${rate('vllm:prefix_cache_queries_total')}`,
    },
  },
  {
    title: 'Requests thrown out of the cache',
    unit: 'short',
    queries: { '{{model_name}}': rate('vllm:num_preemptions_total') },
  },
  {
    title: 'GPU, tensor cores at work',
    unit: 'percentunit',
    queries: {
      '{{Hostname}} {{gpu}}': 'avg by (Hostname, gpu) (DCGM_FI_PROF_PIPE_TENSOR_ACTIVE)',
    },
  },
  {
    title: 'GPU, busy',
    unit: 'percent',
    queries: { '{{Hostname}} {{gpu}}': 'avg by (Hostname, gpu) (DCGM_FI_DEV_GPU_UTIL)' },
  },
  {
    title: 'GPU, power',
    unit: 'watt',
    queries: { '{{Hostname}} {{gpu}}': 'avg by (Hostname, gpu) (DCGM_FI_DEV_POWER_USAGE)' },
  },
];

/** How models answer, and what the cards under them do. */
export const SERVING_DASHBOARD = modelDashboard({
  uid: 'nexus-serving',
  title: 'Models',
  toldBy: 'vllm:num_requests_running',
  panels: PANELS,
});
