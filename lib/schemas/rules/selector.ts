import { checkLabels } from './metadata';
import { labelValue, qualifiedName } from './names';
import type { Requirement, Selector, Strings } from './objects';
import { type Report, reportFault } from './report';

/** A label selector: keys, values, and operators with the values they need. */
export function checkSelector(selector: Selector | undefined, path: string, report: Report): void {
  checkLabels(selector?.matchLabels, `${path}.matchLabels`, report);
  selector?.matchExpressions?.forEach((requirement, i) => {
    checkRequirement(requirement, `${path}.matchExpressions[${i}]`, report);
  });
}

/** One expression over labels of pods or nodes. */
export function checkRequirement(
  { key, operator, values = [] }: Requirement,
  path: string,
  report: Report,
): void {
  if (key !== undefined) reportFault(report, `${path}.key`, qualifiedName(key));
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) report(`${path}.values`, `must not be empty: the operator is ${operator}`);
      values.forEach((value, i) => {
        reportFault(report, `${path}.values[${i}]`, labelValue(value));
      });
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) report(`${path}.values`, `must be absent: the operator is ${operator}`);
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1 || !/^-?\d+$/.test(values[0] ?? '')) {
        report(`${path}.values`, `must hold one integer: the operator is ${operator}`);
      }
  }
}

/** The first reason why a selector does not select a set of labels. */
export function selectionFault(selector: Selector, labels: Strings = {}): string | undefined {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (labels[key] !== value)
      return `wants ${key}: ${value}, and the template's label is ${labels[key] ?? 'absent'}`;
  }
  for (const { key = '', operator, values = [] } of selector.matchExpressions ?? []) {
    const label = labels[key];
    const met =
      operator === 'In'
        ? label !== undefined && values.includes(label)
        : operator === 'NotIn'
          ? label === undefined || !values.includes(label)
          : (operator === 'Exists') === (label !== undefined);
    if (!met)
      return `wants ${[key, operator, ...values].join(' ')}, and the template's label is ${label ?? 'absent'}`;
  }
  return undefined;
}
