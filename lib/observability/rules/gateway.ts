import type { Alert, Recording, RuleGroup } from './rule';

const WINDOWS = ['5m', '30m', '1h', '6h'] as const;
type Window = (typeof WINDOWS)[number];
/** Requests in a second, below which a single failure would look like an outage. */
const LEAST_TRAFFIC = 0.1;

const ratio = (window: Window) => `gateway:litellm_errors:ratio_rate${window}`;
const TRAFFIC = 'gateway:litellm_requests:rate1h';

/** LiteLLM: a promise on answers, alerted on by how fast its error budget burns, and what precedes a broken one. */
export function gatewayRules(availability: number): RuleGroup {
  // Fractions such as 0.005 come out of the subtraction with a long tail.
  const budget = Number((1 - availability / 100).toPrecision(6));
  return {
    name: 'gateway',
    exporter: 'litellm',
    rules: [
      ...WINDOWS.map(errors),
      { record: TRAFFIC, expr: 'sum(rate(litellm_proxy_total_requests_metric_total[1h]))' },
      burn('GatewayErrorBudgetBurnsFast', 'critical', 14.4, '1h', '5m', budget),
      burn('GatewayErrorBudgetBurns', 'warning', 6, '6h', '30m', budget),
      {
        alert: 'GatewayDeploymentIsDown',
        expr: 'max by (litellm_model_name, api_base) (litellm_deployment_state) == 2',
        minutes: 5,
        severity: 'critical',
        summary: 'Every request to {{ $labels.litellm_model_name }} at {{ $labels.api_base }} fails',
      },
      {
        alert: 'GatewayFallsBack',
        expr: 'sum by (requested_model) (rate(litellm_deployment_successful_fallbacks_total[10m])) > 0.1',
        minutes: 15,
        severity: 'warning',
        summary: 'Requests for {{ $labels.requested_model }} are answered by its fallbacks',
      },
      {
        alert: 'GatewayTeamSpentItsBudget',
        expr: 'min by (team_alias) (litellm_remaining_team_budget_metric) <= 0',
        minutes: 5,
        severity: 'warning',
        summary: 'Team {{ $labels.team_alias }} has spent its budget: its requests are refused',
      },
      {
        alert: 'GatewayLosesTraces',
        expr: 'sum by (callback_name) (rate(litellm_callback_logging_failures_metric_total[15m])) > 0',
        minutes: 15,
        severity: 'warning',
        summary: 'Traces for {{ $labels.callback_name }} are lost',
      },
    ],
  };
}

/** Failures include refusals such as 401 and 429: only what is our own fault counts. */
const errors = (window: Window): Recording => ({
  record: ratio(window),
  expr:
    `sum(rate(litellm_proxy_failed_requests_metric_total{exception_status=~"5.."}[${window}]))` +
    ` / clamp_min(sum(rate(litellm_proxy_total_requests_metric_total[${window}])), 1e-9)`,
});

function burn(
  alert: string,
  severity: Alert['severity'],
  factor: number,
  long: Window,
  short: Window,
  budget: number,
): Alert {
  const limit = `${factor} * ${budget}`;
  return {
    alert,
    severity,
    minutes: 2,
    expr: `${ratio(long)} > ${limit} and ${ratio(short)} > ${limit} and ${TRAFFIC} > ${LEAST_TRAFFIC}`,
    summary: `The gateway burns its monthly error budget ${factor} times too fast`,
  };
}
