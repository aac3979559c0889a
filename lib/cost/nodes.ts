import { findInstance, type PriceSource, priceSources } from '../catalog';
import type { Capacity, PodsFact, PoolFact, Rendered } from '../core';
import { closedTo, type Demand, demandOf, holds, imagined, takenOn } from '../proofs';
import { type Crowd, type Packed, pack, type Stock } from './packing';

/** One model's or store's pods on a pool. */
export interface Lodger {
  readonly pods: PodsFact;
  readonly demand: Demand;
}

/** A pool with what runs there, and the nodes that hold it. */
export interface Filled {
  readonly pool: PoolFact;
  readonly lodgers: readonly Lodger[];
  readonly idle: readonly Packed[];
  readonly maximum: readonly Packed[];
  readonly stocks: readonly Stock[];
}

/** Where the price of a type was read; the region has none without. */
export function priceOf(
  instanceType: string,
  region: string,
): { usd: number; source: PriceSource } | undefined {
  const price = findInstance(instanceType)?.prices[region];
  return price && { usd: price.usdPerHour, source: priceSources()[price.source] };
}

/** Every pool that an autoscaler fills, at the least and at the highest scale of what runs there. */
export function filledPools(
  { facts }: Rendered,
  region: string,
  fixed: readonly string[],
): readonly Filled[] {
  const pools = facts.of('pool').filter(({ name }) => !fixed.includes(name));
  const all = facts.of('pods');
  const daemons = all.filter(({ replicas }) => replicas === 'node');
  const homes = pools.map((pool) => ({
    pool,
    taken: takenOn(pool, daemons),
    lodgers: [] as Lodger[],
    stocks: pool.shapes.map((shape): Stock => {
      const usdPerHour = priceOf(shape.instanceType, region)?.usd;
      return { shape, ...(usdPerHour === undefined ? {} : { usdPerHour }) };
    }),
  }));
  for (const pods of [...all, ...facts.of('buffer').map(imagined)]) {
    // DaemonSets come with the nodes, and a Job is gone when its work is done.
    if (pods.replicas === 'node' || pods.job || pods.maxReplicas === 0) continue;
    const demand = demandOf(pods.template);
    const open = homes
      .filter(({ pool }) => closedTo(pool, pods.template.spec) === undefined)
      .flatMap((home) => {
        const prices = home.stocks
          .filter(({ shape }) => holds(shape, demand, home.taken))
          .map(({ usdPerHour }) => usdPerHour ?? Number.POSITIVE_INFINITY);
        return prices.length ? [{ home, least: Math.min(...prices) }] : [];
      })
      .sort((a, b) => a.least - b.least);
    // Of several pools the autoscaler takes the cheapest node; what only the fixed nodes take starts none.
    if (open.length) open[0].home.lodgers.push({ pods, demand });
  }
  return homes.map(({ pool, taken, lodgers, stocks }) => {
    const at = (count: (pods: PodsFact) => number) => {
      // Nodes that are always there cost the same whoever uses them.
      if (pool.static !== undefined) return [{ stock: stocks[0], nodes: pool.static }];
      return pack(
        merged(lodgers.map(({ pods, demand }) => crowdOf(pods, demand, count(pods), pool))),
        stocks,
        taken,
      );
    };
    return {
      pool,
      lodgers,
      stocks,
      idle: at(({ replicas }) => Number(replicas)),
      maximum: at(({ maxReplicas }) => maxReplicas),
    };
  });
}

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

/** Pods that must spread over zones need a node in each, so one node takes its part of them at most. */
function crowdOf({ template }: PodsFact, demand: Demand, count: number, { zones }: PoolFact): Crowd {
  const strict = (template.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  const affinity = template.spec.affinity?.podAntiAffinity as
    | {
        readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly {
          readonly topologyKey?: string;
        }[];
      }
    | undefined;
  const apart = affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (apart.some(({ topologyKey }) => topologyKey === ZONE || topologyKey === HOST))
    return { demand, count, perNode: 1 };
  if (!strict.some(({ topologyKey }) => topologyKey === ZONE)) return { demand, count };
  return { demand, count, perNode: Math.max(1, Math.ceil(count / Math.max(1, zones.length))) };
}

/** Pods alike are one crowd: five thousand models may have three demands among them. */
function merged(crowds: readonly Crowd[]): readonly Crowd[] {
  const kinds = new Map<string, Crowd>();
  for (const crowd of crowds) {
    // Those that keep apart do so among themselves.
    const key = crowd.perNode === undefined ? JSON.stringify(crowd.demand) : `${kinds.size}`;
    const known = kinds.get(key);
    kinds.set(key, known ? { ...known, count: known.count + crowd.count } : crowd);
  }
  return [...kinds.values()];
}

/** How a pool's first choice is bought. */
export const boughtAs = ({ capacities }: PoolFact): Capacity => capacities[0] ?? 'on-demand';

/** vCPUs of packed nodes. */
export const vcpusOf = (packed: readonly Packed[]): number =>
  packed.reduce(
    (all, { stock, nodes }) => all + nodes * (findInstance(stock.shape.instanceType)?.vcpu ?? 0),
    0,
  );
