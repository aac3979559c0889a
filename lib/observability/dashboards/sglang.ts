import { SGLANG_TTFT_P95, SGLANG_WAITING } from '../rules/sglang';
import { type PanelProps, PROMETHEUS_SOURCE, panel } from './panel';

const OF_MODEL = 'model_name=~"$model"';

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
export const SGLANG_DASHBOARD = {
  uid: 'nexus-serving-sglang',
  title: 'Models on SGLang',
  tags: ['nexus'],
  schemaVersion: 39,
  editable: false,
  refresh: '30s',
  time: { from: 'now-3h', to: 'now' },
  templating: {
    list: [
      {
        name: 'model',
        label: 'Model',
        type: 'query',
        datasource: PROMETHEUS_SOURCE,
        query: { query: 'label_values(sglang:num_running_reqs, model_name)', refId: 'models' },
        refresh: 2,
        sort: 1,
        multi: true,
        includeAll: true,
        allValue: '.+',
        current: { text: 'All', value: '$__all' },
      },
    ],
  },
  panels: PANELS.map(panel),
} as const;
