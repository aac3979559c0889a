import type { NodeShape, PodsFact, PoolFact } from '../core';
import { closedTo } from './placement';
import type { Proof, Refusal } from './proof';
import { type Demand, demandOf, deviceName, GPU, holds, plus, takenOn } from './room';

/** Pods that no other pool can host, at their highest scale. */
interface Bound {
  readonly pods: PodsFact;
  readonly count: number;
  readonly demand: Demand;
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
    const all = rendered.facts.of('pods');
    const daemons = all.filter((pods) => pods.replicas === 'node');
    const bound = new Map<PoolFact, Bound[]>(pools.map((pool) => [pool, []]));
    for (const pods of all) {
      // DaemonSets follow the nodes, and a Job is gone when its work is done.
      if (pods.replicas === 'node' || pods.job) continue;
      const open = pools.filter((pool) => closedTo(pool, pods.template.spec) === undefined);
      const demand = demandOf(pods.template);
      if (open.length === 1) bound.get(open[0])?.push({ pods, count: pods.maxReplicas, demand });
    }
    const findings = [...bound].flatMap(([pool, users]) => overLimits(pool, users, takenOn(pool, daemons)));
    return { findings, checked: [...bound.values()].flat().length };
  },
};

function overLimits(pool: PoolFact, all: readonly Bound[], taken: Demand): Refusal[] {
  const { [GPU]: gpus, nodes, cpu } = pool.limits;
  const onDevices = all.filter(({ demand }) => Object.keys(demand.devices).length > 0);
  const needed = gpus === undefined && nodes === undefined ? 0 : nodesFor(pool, onDevices, taken);
  const perNode = Math.max(0, ...pool.shapes.map((shape) => shape.gpus));
  const vcpus = all.reduce((sum, { count, demand }) => sum + count * demand.cpuMillis, 0) / 1000;
  return [
    ...(gpus === undefined ? [] : over(pool, onDevices, 'GPUs', gpus, needed * perNode)),
    // Such a pool counts nodes; its file counts GPUs.
    ...(nodes === undefined ? [] : over(pool, onDevices, 'GPUs', nodes * perNode, needed * perNode)),
    ...(cpu === undefined ? [] : over(pool, all, 'vCPUs', cpu, vcpus)),
  ];
}

function over(
  pool: PoolFact,
  users: readonly Bound[],
  unit: string,
  limit: number,
  needed: number,
): Refusal[] {
  if (needed <= limit) return [];
  const own = ({ demand }: Bound) =>
    unit === 'GPUs'
      ? Object.values(demand.devices).reduce((sum, count) => sum + count, 0)
      : demand.cpuMillis / 1000;
  const asking = users.filter((each) => own(each) > 0 && each.count > 0);
  // The one that asks for most is the one to look at.
  const [largest] = [...asking].sort((a, b) => b.count * own(b) - a.count * own(a));
  const sum = asking
    .map((each) => `${each.pods.owner}: ${each.count} of ${own(each)}${parts(each)}`)
    .join('; ');
  return [
    {
      object: largest.pods.owner,
      what: `pool '${pool.name}' may have ${limit} ${unit}, and its pods need ${Math.ceil(needed)} at their highest scale (${sum})`,
      why: 'Karpenter launches nothing beyond the limit: the last pods stay Pending',
      fix: `raise the limit of '${pool.name}' to ${Math.ceil(needed)}, or lower the replicas`,
    },
  ];
}

/** Which parts of GPUs, where they are not whole. */
function parts({ demand }: Bound): string {
  const names = Object.keys(demand.devices).filter((name) => name !== GPU);
  return names.length ? ` ${names.map(deviceName).join(' and ')}` : '';
}

/** First fit, largest first; for a pod without a place Karpenter may start the smallest node that holds it. */
function nodesFor(pool: PoolFact, all: readonly Bound[], taken: Demand): number {
  const total = ({ demand }: Bound) => Object.values(demand.devices).reduce((sum, count) => sum + count, 0);
  const sorted = [...all].sort((a, b) => total(b) - total(a) || b.demand.memoryMiB - a.demand.memoryMiB);
  const shapes = [...pool.shapes].sort((a, b) => a.memoryMiB - b.memoryMiB);
  const nodes: { readonly shape: NodeShape; used: Demand }[] = [];
  for (const { demand, count } of sorted) {
    const shape = shapes.find((candidate) => holds(candidate, demand, taken));
    // What no node holds is the business of pod-has-a-home.
    if (!shape) continue;
    for (let pod = 0; pod < count; pod++) {
      const node = nodes.find(({ shape: of, used }) => holds(of, demand, used));
      if (node) node.used = plus(node.used, demand);
      else nodes.push({ shape, used: plus(taken, demand) });
    }
  }
  return nodes.length;
}
