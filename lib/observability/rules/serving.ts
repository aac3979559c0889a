import type { RuleGroup } from './rule';

/** Names of what is computed once, for alerts and dashboards. */
export const TTFT_P95 = 'model:vllm_time_to_first_token_seconds:p95_5m';
export const WAITING = 'model:vllm_num_requests_waiting:sum';

/** Models on vLLM. Memory in use is no sign of anything: vLLM takes all of it at its start. */
export const SERVING: RuleGroup = {
  name: 'serving',
  exporter: 'vllm',
  rules: [
    {
      record: TTFT_P95,
      expr: 'histogram_quantile(0.95, sum by (model_name, le) (rate(vllm:time_to_first_token_seconds_bucket[5m])))',
    },
    { record: WAITING, expr: 'sum by (model_name) (vllm:num_requests_waiting)' },
    {
      alert: 'ModelFirstTokenIsSlow',
      expr: `${TTFT_P95} > 5`,
      minutes: 10,
      severity: 'warning',
      summary:
        'One in twenty requests to {{ $labels.model_name }} waits {{ $value | humanizeDuration }} for its first token',
    },
    {
      alert: 'ModelRequestsQueue',
      expr: `${WAITING} > 2 * sum by (model_name) (vllm:num_requests_running) and ${WAITING} > 10`,
      minutes: 10,
      severity: 'warning',
      summary: '{{ $value }} requests wait for {{ $labels.model_name }}, twice what it works on',
    },
    {
      alert: 'ModelCacheIsFull',
      expr: `avg by (model_name) (vllm:kv_cache_usage_perc) > 0.95 and ${WAITING} > 0`,
      minutes: 15,
      severity: 'warning',
      summary: 'The KV cache of {{ $labels.model_name }} is full, and requests wait for room in it',
    },
    {
      alert: 'ModelPreemptsRequests',
      expr: 'sum by (model_name) (rate(vllm:num_preemptions_total[10m])) > 0.1',
      minutes: 15,
      severity: 'warning',
      summary: '{{ $labels.model_name }} throws requests out of its cache and computes them again',
    },
    {
      alert: 'ModelRequestsFail',
      expr:
        'sum by (model_name) (rate(vllm:request_success_total{finished_reason=~"abort|error"}[10m]))' +
        ' / sum by (model_name) (rate(vllm:request_success_total[10m])) > 0.1',
      minutes: 10,
      severity: 'critical',
      summary: '{{ $value | humanizePercentage }} of the requests to {{ $labels.model_name }} end early',
    },
  ],
};
