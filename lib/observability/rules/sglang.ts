import type { RuleGroup } from './rule';

/** Names of what is computed once, for alerts and dashboards. */
export const SGLANG_TTFT_P95 = 'model:sglang_time_to_first_token_seconds:p95_5m';
export const SGLANG_WAITING = 'model:sglang_num_queue_reqs:sum';

/** Models on SGLang: the same questions as of vLLM, in its own series. */
export const SGLANG: RuleGroup = {
  name: 'serving-sglang',
  exporter: 'sglang',
  rules: [
    {
      record: SGLANG_TTFT_P95,
      expr: 'histogram_quantile(0.95, sum by (model_name, le) (rate(sglang:time_to_first_token_seconds_bucket[5m])))',
    },
    { record: SGLANG_WAITING, expr: 'sum by (model_name) (sglang:num_queue_reqs)' },
    {
      alert: 'ModelFirstTokenIsSlow',
      expr: `${SGLANG_TTFT_P95} > 5`,
      minutes: 10,
      severity: 'warning',
      summary:
        'One in twenty requests to {{ $labels.model_name }} waits {{ $value | humanizeDuration }} for its first token',
    },
    {
      alert: 'ModelRequestsQueue',
      expr: `${SGLANG_WAITING} > 2 * sum by (model_name) (sglang:num_running_reqs) and ${SGLANG_WAITING} > 10`,
      minutes: 10,
      severity: 'warning',
      summary: '{{ $value }} requests wait for {{ $labels.model_name }}, twice what it works on',
    },
    {
      alert: 'ModelCacheIsFull',
      expr: `avg by (model_name) (sglang:token_usage) > 0.95 and ${SGLANG_WAITING} > 0`,
      minutes: 15,
      severity: 'warning',
      summary: 'The KV cache of {{ $labels.model_name }} is full, and requests wait for room in it',
    },
  ],
};
