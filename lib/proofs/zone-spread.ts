import type { PodsFact, PoolFact } from '../core';
import { zonesFor, zonesNamed } from './node-labels';
import { closedTo } from './placement';
import { matches, type Selector } from './selectors';

interface Spread {
  readonly maxSkew?: number;
  readonly topologyKey?: string;
  readonly whenUnsatisfiable?: string;
  readonly labelSelector?: Selector;
}

const ZONE = 'topology.kubernetes.io/zone';

/** Zones over which pods must spread, and those of them that they can reach. */
export interface ZoneSpread {
  readonly counted: readonly string[];
  readonly reached: readonly string[];
  /** Most pods that the constraint lets in. */
  readonly most: number;
}

/**
 * A required spread over more zones than the pods can reach; undefined without one. Karpenter counts the zones of every
 * pool, also of those that a pod cannot use: one that stays empty lets no other grow beyond the skew.
 */
export function zoneSpread({ template }: PodsFact, pools: readonly PoolFact[]): ZoneSpread | undefined {
  const { spec, metadata } = template;
  const own = ((spec.topologySpreadConstraints ?? []) as readonly Spread[]).filter(
    ({ topologyKey, whenUnsatisfiable = 'DoNotSchedule', labelSelector }) =>
      topologyKey === ZONE &&
      whenUnsatisfiable === 'DoNotSchedule' &&
      labelSelector &&
      matches(labelSelector, metadata.labels),
  );
  if (!own.length) return undefined;
  const sorted = (zones: readonly string[]) => [...new Set(zones)].sort();
  // What a pod says of zones itself narrows both; what it says of pools only what it reaches.
  const counted = sorted(pools.flatMap((pool) => zonesNamed(pool.zones, spec)));
  const reached = sorted(
    pools.filter((pool) => closedTo(pool, spec) === undefined).flatMap((pool) => zonesFor(pool, spec)),
  );
  if (reached.length === 0 || reached.length >= counted.length) return undefined;
  return { counted, reached, most: reached.length * Math.min(...own.map(({ maxSkew = 1 }) => maxSkew)) };
}
