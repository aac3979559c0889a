import { type NodeShape, type PodsFact, type PoolFact, PRIORITIES } from '../core';
import { closedTo } from './placement';
import type { Proof, Refusal } from './proof';
import { type Demand, demandOf, deviceName, GPU, holds, plus, takenOn } from './room';

/** Pods that no other pool can host, at their highest scale. */
interface Bound {
  readonly pods: PodsFact;
  readonly count: number;
  readonly demand: Demand;
}

/** Pods that hold a place for others, and go first. */
const isSpare = ({ pods }: Bound): boolean => pods.template.spec.priorityClassName === PRIORITIES.spare.name;

/**
 * All pods that only one pool can host fit within its limits at their highest scale. Nodes are bought whole: three
 * GPUs of a pod on nodes of four count as four. Spare pods make way, but at the lowest scale they have a place too.
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
    const findings = [...bound].flatMap(([pool, all]) => {
      const users = all.filter((each) => !isSpare(each));
      const taken = takenOn(pool, daemons);
      const over = overLimits(pool, users, taken);
      return over.length ? over : neverWarm(pool, users, all.filter(isSpare), taken);
    });
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

/** Spare pods for which even the lowest scale of all others leaves no node. */
function neverWarm(
  pool: PoolFact,
  users: readonly Bound[],
  spare: readonly Bound[],
  taken: Demand,
): Refusal[] {
  const perNode = Math.max(0, ...pool.shapes.map((shape) => shape.gpus));
  const { [GPU]: gpus, nodes } = pool.limits;
  const limit = gpus ?? (nodes === undefined ? undefined : nodes * perNode);
  if (!spare.length || limit === undefined) return [];
  const least = users.map((each) => ({ ...each, count: Number(each.pods.replicas) }));
  const used = nodesFor(pool, least, taken) * perNode;
  const warm = spare.reduce((sum, { count }) => sum + count, 0) * perNode;
  if (used + warm <= limit) return [];
  const left = Math.floor((limit - used) / perNode);
  return [
    {
      object: spare[0].pods.owner,
      what: `keeps ${warm} GPUs of pool '${pool.name}' warm, which may have ${limit}, of which its other pods need ${used} at their lowest scale`,
      why: 'spare pods make way for all others: some of these would never have a node',
      fix: `raise the limit of '${pool.name}' to ${used + warm}, or ${left > 0 ? `keep ${left} warm` : 'keep none warm'}`,
    },
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
