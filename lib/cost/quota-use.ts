import type { FoundationPlan } from '../aws';
import { findInstance, type Quota, type QuotaKey, quotaOf } from '../catalog';
import { type Filled, vcpusOf } from './nodes';
import { categoryOf, vcpusAtLimit } from './pool-lines';

/** vCPUs that count against one quota, at each scale. */
export interface QuotaUse extends Quota {
  readonly idle: number;
  readonly maximum: number;
  readonly ceiling: number;
  /** What the file says is granted. */
  readonly granted?: number;
}

/** vCPUs by quota. A pool with a fallback counts against both: either may have to carry it alone. */
export function quotaUse(
  pools: readonly Filled[],
  plan: FoundationPlan,
  granted: Readonly<Partial<Record<QuotaKey, number>>>,
): readonly QuotaUse[] {
  const uses = new Map<QuotaKey, QuotaUse>();
  const add = (found: Quota | undefined, idle: number, maximum: number, ceiling: number) => {
    if (!found) return;
    const use = uses.get(found.key) ?? { ...found, idle: 0, maximum: 0, ceiling: 0 };
    uses.set(found.key, {
      ...use,
      idle: use.idle + idle,
      maximum: use.maximum + maximum,
      ceiling: use.ceiling + ceiling,
      ...(granted[found.key] === undefined ? {} : { granted: granted[found.key] }),
    });
  };
  for (const { instanceTypes, size } of plan.nodeGroups) {
    const type = findInstance(instanceTypes[0]);
    if (!type) continue;
    const { vcpu } = type;
    add(quotaOf(type.category, 'on-demand'), size.desired * vcpu, size.desired * vcpu, size.max * vcpu);
  }
  for (const filled of pools) {
    const category = categoryOf(filled);
    // A capacity block brings its own.
    if (category === undefined || filled.pool.ends) continue;
    for (const capacity of filled.pool.capacities) {
      const found = quotaOf(category, capacity);
      add(found, vcpusOf(filled.idle), vcpusOf(filled.maximum), vcpusAtLimit(filled));
    }
  }
  return [...uses.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
