import { SGLANG_TTFT_P95, SGLANG_WAITING } from '../rules/sglang';
import { modelDashboard, OF_MODEL } from './model-dashboard';
import type { PanelProps } from './panel';

const PANELS: readonly PanelProps[] = [
  {
    title: 'First token, 95th percentile',
    unit: 's',
    queries: { '{{model_name}}': `${SGLANG_TTFT_P95}{${OF_MODEL}}` },
  },
  {
    title: 'Tokens written a second',
    unit: 'short',
    queries: { '{{model_name}}': `sum by (model_name) (sglang:gen_throughput{${OF_MODEL}})` },
  },
  {
    title: 'Requests',
    unit: 'short',
    queries: {
      '{{model_name}} running': `sum by (model_name) (sglang:num_running_reqs{${OF_MODEL}})`,
      '{{model_name}} waiting': `${SGLANG_WAITING}{${OF_MODEL}}`,
    },
  },
  {
    title: 'KV cache in use',
    unit: 'percentunit',
    queries: { '{{pod}}': `max by (pod) (sglang:token_usage{${OF_MODEL}})` },
  },
  {
    title: 'Prompt found in the prefix cache',
    unit: 'percentunit',
    queries: { '{{model_name}}': `avg by (model_name) (sglang:cache_hit_rate{${OF_MODEL}})` },
  },
];

/** How models on SGLang answer. */
export const SGLANG_DASHBOARD = modelDashboard({
  uid: 'nexus-serving-sglang',
  title: 'Models on SGLang',
  toldBy: 'sglang:num_running_reqs',
  panels: PANELS,
});
