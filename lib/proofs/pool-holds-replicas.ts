import type { PoolFact } from '../core';
import { asksForDevice, type Bound, type BoundTo, boundPods, mostNodes, nodesAtLeast } from './packing';
import { moreOf } from './pool-limits';
import type { Proof, Refusal } from './proof';
import { deviceName, EFA, GPU } from './room';

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
    const bound = boundPods(rendered);
    const findings = [...bound].flatMap(([pool, to]) => {
      const over = overLimits(pool, to);
      return over.length ? over : neverWarm(pool, to);
    });
    return { findings, checked: [...bound.values()].flatMap(({ pods }) => pods).length };
  },
};

function overLimits(pool: PoolFact, { pods, nodes }: BoundTo): Refusal[] {
  const perNode = Math.max(0, ...pool.shapes.map((shape) => shape.gpus));
  const most = mostNodes(pool);
  const { cpu } = pool.limits;
  const vcpus = pods.reduce((sum, { count, demand }) => sum + count * demand.cpuMillis, 0) / 1000;
  const onDevices = pods.filter(({ demand }) => asksForDevice(demand));
  return [
    // The file counts GPUs, of nodes that are bought whole.
    ...(perNode > 0 ? over(pool, onDevices, 'GPUs', most * perNode, nodes.length * perNode) : []),
    ...(perNode === 0 && pool.limits.nodes !== undefined ? full(pool, pods, most, nodes.length) : []),
    ...(cpu === undefined ? [] : over(pool, pods, 'vCPUs', cpu, vcpus)),
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
      ? Object.entries(demand.devices).reduce((sum, [name, count]) => sum + (name === EFA ? 0 : count), 0)
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
      why:
        pool.static === undefined
          ? 'Karpenter launches nothing beyond the limit: the last pods stay Pending'
          : 'its nodes are always there, and no pod starts another: the last pods stay Pending',
      fix: `${moreOf(pool, Math.ceil(needed))}, or lower the replicas`,
    },
  ];
}

/** Spare pods for which even the lowest scale of all others leaves no node. */
function neverWarm(pool: PoolFact, to: BoundTo): Refusal[] {
  const perNode = Math.max(0, ...pool.shapes.map((shape) => shape.gpus));
  const most = mostNodes(pool);
  const { spare } = to;
  if (!spare.length || perNode === 0 || !Number.isFinite(most)) return [];
  const limit = most * perNode;
  const used = nodesAtLeast(pool, to) * perNode;
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

/** Nodes that Karpenter does not start, and cannot be without. */
function full(pool: PoolFact, all: readonly Bound[], nodes: number, needed: number): Refusal[] {
  if (needed <= nodes) return [];
  const [largest] = [...all].sort((a, b) => b.demand.cpuMillis - a.demand.cpuMillis);
  const sum = all.map(({ pods, count, demand }) => {
    const { cpuMillis, memoryMiB } = demand;
    return `${pods.owner}: ${count} of ${cpuMillis}m and ${memoryMiB} MiB`;
  });
  return [
    {
      object: largest.pods.owner,
      what: `the ${nodes === 1 ? 'node' : `${nodes} nodes`} of '${pool.name}' cannot hold its pods, which need ${needed}:\n    ${sum.join('\n    ')}`,
      why: 'they are there from the start and do not grow: what finds no room stays Pending, and without Karpenter no other node starts',
      fix: `run ${needed} of them, or a larger instance type`,
    },
  ];
}

/** Which parts of GPUs, where they are not whole. */
function parts({ demand }: Bound): string {
  const names = Object.keys(demand.devices).filter((name) => name !== GPU && name !== EFA);
  return names.length ? ` ${names.map(deviceName).join(' and ')}` : '';
}
