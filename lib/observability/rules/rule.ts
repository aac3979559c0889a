import type { Exporter } from '../../core';

/** Something that somebody must look at. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  /** How long it must be so. */
  readonly minutes: number;
  /** 'critical' wakes somebody up. */
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
  /**
   * Labels besides the severity.
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A query that is computed once for all who ask it. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
}

/** Rules of one subject: one PrometheusRule. */
export interface RuleGroup {
  readonly name: string;
  /**
   * Whose metrics they read.
   * @default - kube-state-metrics, which is always there
   */
  readonly exporter?: Exporter;
  readonly rules: readonly (Alert | Recording)[];
}

/** A rule as Prometheus reads it. */
export function written(rule: Alert | Recording, runbooks: string): Record<string, unknown> {
  if ('record' in rule) return { ...rule };
  const { alert, expr, labels, minutes, severity, summary } = rule;
  return {
    alert,
    expr,
    for: `${minutes}m`,
    labels: { severity, ...labels },
    annotations: { summary, runbook_url: `${runbooks}/${alert}` },
  };
}
