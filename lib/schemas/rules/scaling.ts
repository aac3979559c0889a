import type { Selector } from './objects';
import { type Report, reportBelow, reportNotOne } from './report';
import { checkSelector } from './selector';

interface AutoscalerSpec {
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
  readonly metrics?: readonly { readonly type?: string; readonly [source: string]: unknown }[];
}

interface BudgetSpec {
  readonly minAvailable?: number | string;
  readonly maxUnavailable?: number | string;
  readonly selector?: Selector;
}

export function checkAutoscaler({ spec = {} }: { readonly spec?: AutoscalerSpec }, report: Report): void {
  const { minReplicas = 1, maxReplicas, metrics = [] } = spec;
  reportBelow(report, 'spec', spec, { minReplicas: 1, maxReplicas: 1 });
  if (maxReplicas !== undefined && maxReplicas < minReplicas) {
    report('spec.maxReplicas', `is ${maxReplicas}, less than minReplicas ${minReplicas}`);
  }
  metrics.forEach((metric, i) => {
    reportNotOne(report, `spec.metrics[${i}]`, metric, 'source', ['type']);
  });
}

export function checkBudget({ spec = {} }: { readonly spec?: BudgetSpec }, report: Report): void {
  checkSelector(spec.selector, 'spec.selector', report);
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    report('spec', 'has minAvailable and maxUnavailable: only one may be set');
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    const value = spec[name];
    const good = typeof value === 'string' ? /^(\d|[1-9]\d|100)%$/.test(value) : (value ?? 0) >= 0;
    if (!good) report(`spec.${name}`, `must be a number of pods or a percentage such as 50%, not ${value}`);
  }
}
