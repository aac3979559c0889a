import type { RuleGroup } from './rule';

/** Server and model: the container is called like the server. */
const BY = 'by (container, model)';
const requests = (type: string) => `sum ${BY} (nv_trt_llm_request_metrics{request_type="${type}"})`;

/** Names of what is computed once, for alerts and dashboards. */
export const TRTLLM_BATCH = 'model:nv_trt_llm_batch:ratio';
export const TRTLLM_ROOMLESS = 'model:nv_trt_llm_requests_waiting:sum';

/**
 * Engines of TensorRT-LLM on Triton, beside what Triton tells of them. Nobody counts the requests that wait for a place in
 * the batch; what is called waiting has one, and finds no room in the cache.
 */
export const TENSORRTLLM: RuleGroup = {
  name: 'serving-tensorrtllm',
  exporter: 'tensorrtllm',
  rules: [
    { record: TRTLLM_BATCH, expr: `${requests('active')} / clamp_min(${requests('max')}, 1)` },
    { record: TRTLLM_ROOMLESS, expr: requests('waiting') },
    {
      alert: 'ModelBatchIsFull',
      expr: `${TRTLLM_BATCH} >= 1`,
      minutes: 10,
      severity: 'warning',
      summary:
        'Every place in the batch of {{ $labels.model }} on {{ $labels.container }} is taken: what comes waits, and is not counted',
    },
    {
      alert: 'ModelCacheIsFull',
      expr:
        `avg ${BY} (nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type="fraction"}) > 0.95` +
        ` and ${TRTLLM_ROOMLESS} > 0`,
      minutes: 15,
      severity: 'warning',
      summary:
        'The KV cache of {{ $labels.model }} on {{ $labels.container }} is full, and requests wait for room in it',
    },
    {
      alert: 'ModelComputesNothing',
      // Without requests it counts no steps either; one replica that hangs is enough.
      expr:
        `sum ${BY} (nv_trt_llm_request_metrics{request_type="active"} > 0 and ignoring (request_type, general_type) ` +
        `changes(nv_trt_llm_general_metrics{general_type="iteration_counter"}[10m]) == 0) > 0`,
      minutes: 5,
      severity: 'critical',
      summary:
        '{{ $value }} requests are in the batch of {{ $labels.model }} on {{ $labels.container }}, and it takes no step',
    },
  ],
};
