import type { Alert, RuleGroup } from './rule';

/** From when on a canary is worse than its model. */
export interface CanaryLimits {
  /**
   * Share of the requests that the engine fails, in percent.
   * @default 1
   */
  readonly errorPercent?: number;
  /**
   * Longest that 99 in 100 requests wait for their first token; for vectors and scores, for the whole answer.
   * @default 2
   */
  readonly p99Seconds?: number;
  /**
   * Share of the requests that end well, in percent.
   * @default 99
   */
  readonly successPercent?: number;
}

/** A model and its canary, as their metrics call them. */
export interface Sides {
  readonly model: string;
  readonly canary: string;
  readonly namespace: string;
  /** Who tells the metrics. */
  readonly engine: 'vllm' | 'sglang';
  /** Answers in words have a first token. */
  readonly speaks: boolean;
}

/** Signs by which a canary is judged. A side that got no requests in the window says nothing. */
export function canaryRules(sides: Sides, limits: CanaryLimits): RuleGroup {
  const { model, canary, engine } = sides;
  const { errorPercent = 1, p99Seconds = 2, successPercent = 99 } = limits;
  const alert = (sign: string, expr: string, summary: string): Alert => ({
    alert: 'CanaryIsWorse',
    expr,
    minutes: 5,
    severity: 'critical',
    labels: { model, canary, sign },
    summary: `${summary}. Set models.${model}.canary.weight to 0`,
  });
  const slow = alert(
    'latency',
    worse((side) => p99(sides, side), sides, '>=', `${p99Seconds}`),
    `One in a hundred requests to ${canary} waits {{ $value | humanizeDuration }}`,
  );
  if (engine === 'sglang') return { name: `canary-${model}`, rules: [slow] };
  return {
    name: `canary-${model}`,
    rules: [
      alert(
        'errors',
        worse((side) => ended(sides, side, '="error"'), sides, '>=', part(errorPercent)),
        `{{ $value | humanizePercentage }} of the requests to ${canary} fail`,
      ),
      alert(
        'success',
        worse((side) => ended(sides, side, '!~"abort|error"'), sides, '<=', part(successPercent)),
        `Only {{ $value | humanizePercentage }} of the requests to ${canary} end well`,
      ),
      slow,
    ],
  };
}

/** Fractions such as 0.005 come out of the division with a long tail. */
const part = (percent: number): string => `${Number((percent / 100).toPrecision(6))}`;

/** Past the limit, and not because the model itself is: clients that hang up do so on both sides. */
function worse(
  measure: (side: string) => string,
  { model, canary }: Sides,
  past: '>=' | '<=',
  limit: string,
): string {
  // Counts of a few minutes differ by chance: a tenth more, or a thousandth less, is no news.
  const within = past === '>=' ? '<= 1.1 *' : '>= 0.999 *';
  return `(${measure(canary)}) ${past} ${limit} unless (${measure(canary)}) ${within} (${measure(model)})`;
}

/** Part of the finished requests that ended so. */
function ended({ namespace }: Sides, side: string, reasons: string): string {
  const of = `namespace="${namespace}",model_name="${side}"`;
  const some = `sum(rate(vllm:request_success_total{${of},finished_reason${reasons}}[5m]))`;
  return `(${some} or vector(0)) / (sum(rate(vllm:request_success_total{${of}}[5m])) > 0)`;
}

function p99({ namespace, engine, speaks }: Sides, side: string): string {
  const series = `${engine}:${speaks ? 'time_to_first_token' : 'e2e_request_latency'}_seconds_bucket`;
  const of = `namespace="${namespace}",model_name="${side}"`;
  return `histogram_quantile(0.99, sum by (le) (rate(${series}{${of}}[5m])))`;
}
