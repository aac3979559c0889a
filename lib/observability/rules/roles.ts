import type { RuleGroup } from './rule';

/** A model of two roles on vLLM, as its metrics call it. */
export interface Exchanging {
  readonly model: string;
  readonly namespace: string;
}

/** Part of the caches that may be lost, such as while pods go. */
const LOST = 0.05;

/**
 * Signs that the caches of prompts do not arrive. No request fails for it: pods that answer read those prompts again, and
 * only the time to the first token, and what the prefill pods cost, tell of it.
 */
export function roleRules({ model, namespace }: Exchanging): RuleGroup {
  const rate = (series: string) =>
    `sum(rate(${series}{namespace="${namespace}",model_name="${model}"}[10m]))`;
  // Where none ever arrived there is no series to compare with.
  const moved = `(${rate('vllm:nixl_xfer_time_seconds_count')} or vector(0))`;
  const labels = { model };
  return {
    name: `roles-${model}`,
    rules: [
      {
        alert: 'CachesDoNotArrive',
        expr: `${rate('vllm:nixl_num_failed_transfers_total')} > ${LOST} * ${moved}`,
        minutes: 10,
        severity: 'warning',
        labels,
        summary: `Caches of prompts of ${model} do not arrive from its prefill pods: decode pods read these prompts again`,
      },
      {
        alert: 'PromptsReadInVain',
        expr: `${rate('vllm:nixl_num_kv_expired_reqs_total')} > ${LOST} * ${moved}`,
        minutes: 10,
        severity: 'warning',
        labels,
        summary: `Prefill pods of ${model} keep caches that nobody comes for in time`,
      },
    ],
  };
}
