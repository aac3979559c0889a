import { findInstance, type Quota, type QuotaKey, quotaOf } from '../catalog';
import type { NodeShape, PoolFact } from '../core';
import { vcpusAllowed } from './pool-limits';
import type { Proof, Refusal } from './proof';

/** vCPUs that one pool may claim of one quota. */
interface Claim {
  readonly pool: PoolFact;
  /** Full to its limits, with the nodes that have the fewest vCPUs for it. */
  readonly least: number;
  /** The same with those that have the most. */
  readonly most: number;
  readonly smallest: NodeShape;
}

/**
 * The vCPUs that AWS grants hold every pool full to its limits. All pools of a quota share it. Karpenter takes the
 * cheapest type, which mostly is the one with the fewest vCPUs, so those are counted; with larger ones it is tighter.
 *
 * Fails: a pool of 16 H100 on nodes of 192 vCPUs and 8 GPUs, with 192 vCPUs of P granted.
 */
export const quotaCoversPool: Proof = {
  name: 'quota-covers-pool',
  about: 'The vCPUs that AWS grants, where the file states them, hold all pools full to their limits.',
  check({ rendered, quotas = {} }) {
    const stated = Object.entries(quotas) as [QuotaKey, number][];
    if (!stated.length) return { findings: [], checked: 0, skipped: 'no quotas are stated' };
    const claims = new Map<QuotaKey, { readonly quota: Quota; readonly of: Claim[] }>();
    for (const pool of rendered.facts.of('pool')) {
      for (const quota of quotasOf(pool)) {
        const known = claims.get(quota.key) ?? { quota, of: [] };
        claims.set(quota.key, known);
        known.of.push(claimOf(pool));
      }
    }
    const findings = stated.flatMap(([key, granted]) => {
      const claimed = claims.get(key);
      return claimed ? short(claimed.quota, granted, claimed.of) : [];
    });
    return { findings, checked: stated.length };
  },
};

/** Every way to buy counts for itself: a fallback may have to carry the pool alone. A capacity block brings its own. */
function quotasOf({ shapes, capacities, ends }: PoolFact): Quota[] {
  const type = findInstance(shapes[0]?.instanceType ?? '');
  if (!type || ends) return [];
  const found = capacities.flatMap((capacity) => quotaOf(type.category, capacity) ?? []);
  return [...new Map(found.map((quota) => [quota.key, quota])).values()];
}

function claimOf(pool: PoolFact): Claim {
  const claims = pool.shapes
    .map((shape) => ({ shape, vcpus: vcpusAllowed(pool, shape) }))
    // A pool without limits claims whatever is granted.
    .filter(({ vcpus }) => vcpus > 0 && Number.isFinite(vcpus))
    .sort((a, b) => a.vcpus - b.vcpus);
  const [first] = claims;
  // A limit in vCPUs is one whatever the type.
  const all = pool.limits.cpu;
  return {
    pool,
    least: all ?? first?.vcpus ?? 0,
    most: all ?? claims[claims.length - 1]?.vcpus ?? 0,
    smallest: first?.shape ?? pool.shapes[0],
  };
}

function short({ key, code, name }: Quota, granted: number, claims: readonly Claim[]): Refusal[] {
  const needed = claims.reduce((sum, { least }) => sum + least, 0);
  if (needed <= granted) return [];
  const [largest] = [...claims].sort((a, b) => b.least - a.least);
  const sum = claims.map(({ pool, least }) => `${pool.name} ${least}`).join(', ');
  const tighter = claims.some(({ most, least }) => most > least)
    ? `; with the largest types that the pools allow it would be ${claims.reduce((all, { most }) => all + most, 0)}`
    : '';
  const { pool, smallest } = largest;
  const counted = pool.limits.cpu === undefined ? ` on ${smallest.instanceType}` : '';
  return [
    {
      object: `NodePool/${pool.name}`,
      what: `pools at their limits need ${needed} vCPUs of ${key} (${sum}${counted}), and ${granted} are granted${tighter}`,
      why: `AWS answers VcpuLimitExceeded, and the last pods stay Pending: quota ${code}, ${name}`,
      fix: `lower the limit of '${pool.name}', or ask AWS for ${needed} and set aws.quotas.${key} to what is granted`,
    },
  ];
}
