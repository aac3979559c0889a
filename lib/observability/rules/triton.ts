import type { RuleGroup } from './rule';

/** Names of what is computed once, for alerts and dashboards. */
export const TRITON_PENDING = 'model:nv_inference_pending_request_count:sum';
export const TRITON_SECONDS = 'model:nv_inference_request_seconds:mean_5m';

/** Server and model: the container is called like the server, and each of its models has a name of its own. */
const BY = 'by (container, model)';
const rate = (series: string, minutes = 5) => `sum ${BY} (rate(${series}[${minutes}m]))`;

/** Models on Triton. Its counters are of requests that went well, in microseconds, and end in no `_total`. */
export const TRITON: RuleGroup = {
  name: 'serving-triton',
  exporter: 'triton',
  rules: [
    { record: TRITON_PENDING, expr: `sum ${BY} (nv_inference_pending_request_count)` },
    {
      record: TRITON_SECONDS,
      expr: `${rate('nv_inference_request_duration_us')} / 1e6 / (${rate('nv_inference_request_success')} > 0)`,
    },
    {
      alert: 'ModelRequestsQueue',
      // A full batch waits for the one before it: only what waits longer than it is computed is a queue.
      expr: `${rate('nv_inference_queue_duration_us')} / ${rate('nv_inference_request_duration_us')} > 0.5 and ${TRITON_SECONDS} > 0.5`,
      minutes: 10,
      severity: 'warning',
      summary:
        'Requests to {{ $labels.model }} on {{ $labels.container }} wait for {{ $value | humanizePercentage }} of their time',
    },
    {
      alert: 'ModelComputesNothing',
      expr: `${TRITON_PENDING} > 0 and ${rate('nv_inference_exec_count')} == 0`,
      minutes: 10,
      severity: 'critical',
      summary:
        '{{ $value }} requests wait for {{ $labels.model }} on {{ $labels.container }}, and none is computed',
    },
    {
      alert: 'ModelRequestsFail',
      // Who hangs up is no fault of the model.
      expr:
        `${rate('nv_inference_request_failure{reason!="CANCELED"}', 10)}` +
        ` / (${rate('nv_inference_request_failure{reason!="CANCELED"}', 10)} + ${rate('nv_inference_request_success', 10)}) > 0.1`,
      minutes: 10,
      severity: 'critical',
      summary:
        '{{ $value | humanizePercentage }} of the requests to {{ $labels.model }} on {{ $labels.container }} fail',
    },
  ],
};
