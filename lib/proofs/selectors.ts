import type { Labels } from '../core';

/** A label selector of any kind that has one. */
export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Requirement[];
}

/** One condition on a label, of pods or of nodes. */
export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Whether labels hold all of these. */
export function carries(labels: Labels, wanted: Labels): boolean {
  for (const key in wanted) if (labels[key] !== wanted[key]) return false;
  return true;
}

/** Whether a selector picks something with these labels; an empty one picks everything. */
export function matches(selector: Selector, labels: Labels): boolean {
  if (!carries(labels, selector.matchLabels ?? {})) return false;
  return (selector.matchExpressions ?? []).every((requirement) => {
    const value = labels[requirement.key];
    switch (requirement.operator) {
      case 'In':
        return value !== undefined && (requirement.values ?? []).includes(value);
      case 'NotIn':
        return value === undefined || !(requirement.values ?? []).includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}

/** True for a selector that picks everything. */
export function isEmpty(selector: Selector): boolean {
  return !Object.keys(selector.matchLabels ?? {}).length && !(selector.matchExpressions ?? []).length;
}

/** A selector as a reader would type it: `app=web,tier in (a,b)`. */
export function shownSelector(selector: Selector): string {
  const parts = [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector.matchExpressions ?? []).map(
      ({ key, operator, values }) => `${key} ${operator}${values ? ` (${values.join(',')})` : ''}`,
    ),
  ];
  return parts.join(',') || '(everything)';
}
