import { TRTLLM_BATCH, TRTLLM_ROOMLESS } from '../rules/tensorrtllm';
import { modelDashboard } from './model-dashboard';
import type { PanelProps } from './panel';

const OF = 'container=~"$model"';
const LEGEND = '{{container}} {{model}}';
const requests = (type: string) =>
  `sum by (container, model) (nv_trt_llm_request_metrics{${OF},request_type="${type}"})`;
const tokens = (of: string) =>
  `sum by (container, model) (rate(nv_llm_${of}_token_len_sum{${OF}}[$__rate_interval]))`;

const PANELS: readonly PanelProps[] = [
  {
    title: 'Places in the batch that are taken',
    unit: 'percentunit',
    queries: { [LEGEND]: `${TRTLLM_BATCH}{${OF}}` },
  },
  {
    title: 'Requests in the batch',
    unit: 'short',
    queries: {
      [`${LEGEND} all`]: requests('active'),
      [`${LEGEND} computed`]: requests('scheduled'),
      [`${LEGEND} without room in the cache`]: `${TRTLLM_ROOMLESS}{${OF}}`,
    },
  },
  {
    title: 'KV cache in use',
    unit: 'percentunit',
    queries: {
      '{{pod}}': `max by (pod) (nv_trt_llm_kv_cache_block_metrics{${OF},kv_cache_block_type="fraction"})`,
    },
  },
  {
    title: 'Tokens a second, of requests when they end',
    unit: 'short',
    queries: { [`${LEGEND} read`]: tokens('input'), [`${LEGEND} written`]: tokens('output') },
  },
  {
    title: 'GPU, busy',
    unit: 'percent',
    queries: { '{{pod}}': `avg by (pod) (DCGM_FI_DEV_GPU_UTIL{${OF}})` },
  },
];

/** How full engines of TensorRT-LLM are. */
export const TENSORRTLLM_DASHBOARD = modelDashboard({
  uid: 'nexus-serving-tensorrtllm',
  title: 'Models of TensorRT-LLM',
  toldBy: 'nv_trt_llm_request_metrics',
  label: 'container',
  panels: PANELS,
});
