import type { PodsFact, PoolFact } from '../core';
import { closedTo, demandOf, GPU, NOTHING, tooSmall } from './placement';
import type { Proof, Refusal } from './proof';

/** Pods that no other pool can host, at their highest scale. */
interface Bound {
  readonly pods: PodsFact;
  readonly count: number;
  readonly gpus: number;
  readonly cpuMillis: number;
}

/**
 * All pods that only one pool can host fit within its limits at their highest scale. Nodes are bought whole: three
 * GPUs of a pod on nodes of four count as four.
 *
 * Fails: a pool with a limit of 4 GPUs, and two replicas of 4.
 */
export const poolHoldsReplicas: Proof = {
  name: 'pool-holds-replicas',
  about: 'The limits of a pool hold every pod that can run nowhere else, at its highest scale.',
  check({ rendered }) {
    const pools = rendered.facts.of('pool');
    if (!pools.length) return { findings: [], checked: 0, skipped: 'no pools: nodes are not ours to launch' };
    const bound = new Map<PoolFact, Bound[]>(pools.map((pool) => [pool, []]));
    for (const pods of rendered.facts.of('pods')) {
      // DaemonSets follow the nodes, and a Job is gone when its work is done.
      if (pods.replicas === 'node' || pods.job) continue;
      const { spec } = pods.template;
      const demand = demandOf(pods.template);
      const { gpus, cpuMillis } = demand;
      const open = pools.filter(
        (pool) => closedTo(pool, spec) === undefined && tooSmall(pool, spec, demand, NOTHING) === undefined,
      );
      if (open.length === 1) bound.get(open[0])?.push({ pods, count: pods.maxReplicas, gpus, cpuMillis });
    }
    const findings: Refusal[] = [];
    for (const [pool, all] of bound) {
      const gpus = pool.limits[GPU];
      const cpu = pool.limits.cpu;
      if (gpus !== undefined) findings.push(...over(pool, all, 'GPUs', gpus, gpusBought(pool, all)));
      if (cpu !== undefined) {
        const asked = all.reduce((sum, each) => sum + each.count * each.cpuMillis, 0) / 1000;
        findings.push(...over(pool, all, 'vCPUs', cpu, asked));
      }
    }
    return { findings, checked: [...bound.values()].flat().length };
  },
};

function over(pool: PoolFact, all: readonly Bound[], unit: string, limit: number, needed: number): Refusal[] {
  if (needed <= limit) return [];
  const own = ({ gpus, cpuMillis }: Bound) => (unit === 'GPUs' ? gpus : cpuMillis / 1000);
  const users = all.filter((each) => own(each) > 0 && each.count > 0);
  // The one that asks for most is the one to look at.
  const [largest] = [...users].sort((a, b) => b.count * own(b) - a.count * own(a));
  const sum = users.map((each) => `${each.pods.owner}: ${each.count} of ${own(each)}`).join('; ');
  return [
    {
      object: largest.pods.owner,
      what: `pool '${pool.name}' may have ${limit} ${unit}, and its pods need ${Math.ceil(needed)} at their highest scale (${sum})`,
      why: 'Karpenter launches nothing beyond the limit: the last pods stay Pending',
      fix: `raise the limit of '${pool.name}' to ${Math.ceil(needed)}, or lower the replicas`,
    },
  ];
}

/** First fit, largest first, onto whole nodes. */
function gpusBought(pool: PoolFact, all: readonly Bound[]): number {
  const perNode = Math.max(0, ...pool.shapes.map((shape) => shape.gpus));
  const pods = all.flatMap(({ count, gpus }) =>
    gpus > 0 && gpus <= perNode ? Array<number>(count).fill(gpus) : [],
  );
  const free: number[] = [];
  for (const gpus of pods.sort((a, b) => b - a)) {
    const node = free.findIndex((left) => left >= gpus);
    if (node < 0) free.push(perNode - gpus);
    else free[node] -= gpus;
  }
  return free.length * perNode;
}
