import {
  type BufferFact,
  type NodeShape,
  type PodsFact,
  type PoolFact,
  PRIORITIES,
  type Rendered,
} from '../core';
import { shapesFor } from './node-labels';
import { closedTo } from './placement';
import { nodesAllowed } from './pool-limits';
import { type Demand, demandOf, holds, NOTHING, plus, takenOn, tooSmall } from './room';

/** Pods that no other pool can host, at their highest scale. */
export interface Bound {
  readonly pods: PodsFact;
  readonly count: number;
  readonly demand: Demand;
}

/** What one pool alone must host, and the nodes that it takes. */
export interface BoundTo {
  readonly pods: readonly Bound[];
  /** Pods that hold a place for others, and go first. */
  readonly spare: readonly Bound[];
  /** Of those that ask for GPUs or parts of them; of all where the pool has none. */
  readonly nodes: readonly PackedNode[];
  /** What DaemonSets take of each node. */
  readonly taken: Demand;
}

/** A node of a shape, and what its pods take. */
export interface PackedNode {
  readonly shape: NodeShape;
  used: Demand;
}

/** Pods by the only pool that is open to them. */
export function boundPods({ facts }: Rendered): ReadonlyMap<PoolFact, BoundTo> {
  const all = facts.of('pods');
  const daemons = all.filter((pods) => pods.replicas === 'node');
  const pools = facts.of('pool');
  const bound = new Map<PoolFact, Bound[]>(pools.map((pool) => [pool, []]));
  for (const pods of [...all, ...facts.of('buffer').map(imagined)]) {
    // DaemonSets follow the nodes, and a Job is gone when its work is done.
    if (pods.replicas === 'node' || pods.job) continue;
    const { spec } = pods.template;
    const demand = demandOf(pods.template);
    const open = pools.filter(
      (pool) => closedTo(pool, spec) === undefined && tooSmall(pool, spec, demand, NOTHING) === undefined,
    );
    if (open.length === 1) bound.get(open[0])?.push({ pods, count: pods.maxReplicas, demand });
  }
  return new Map(
    [...bound].map(([pool, every]) => {
      const taken = takenOn(pool, daemons);
      const pods = every.filter((each) => !isSpare(each));
      const spare = every.filter(isSpare);
      return [pool, { pods, spare, taken, nodes: pack(pool, countedOn(pool, pods), taken) }];
    }),
  );
}

const isSpare = ({ pods }: Bound): boolean =>
  pods.owner.startsWith('CapacityBuffer/') || pods.template.spec.priorityClassName === PRIORITIES.spare.name;

/** The pods for which Karpenter keeps room free, as if they were there. */
export const imagined = ({ owner, namespace, replicas, template }: BufferFact): PodsFact => ({
  owner,
  maker: 'operator',
  namespace,
  replicas,
  maxReplicas: replicas,
  template,
});

/** On GPU nodes only what asks for GPUs decides how many there are. */
function countedOn({ shapes }: PoolFact, pods: readonly Bound[]): readonly Bound[] {
  return shapes.some(({ gpus }) => gpus > 0) ? pods.filter(({ demand }) => asksForDevice(demand)) : pods;
}

/** Nodes that all but the spare pods take at their lowest scale. */
export function nodesAtLeast(pool: PoolFact, { pods, taken }: BoundTo): number {
  const least = countedOn(pool, pods).map((each) => ({ ...each, count: Number(each.pods.replicas) }));
  return pack(pool, least, taken).length;
}

/** Whether a pod works on GPUs or parts of them. */
export const asksForDevice = ({ devices }: Demand): boolean => Object.keys(devices).length > 0;

/** Whether one more pod finds room on the nodes that are there; undefined where no node of the pool would do. */
export function holdsOneMore(pool: PoolFact, { nodes, taken }: BoundTo, pods: PodsFact): boolean | undefined {
  const demand = demandOf(pods.template);
  if (!shapeFor(pool, pods, demand, taken)) return undefined;
  return nodes.some(({ shape, used }) => holds(shape, demand, used));
}

/** Most nodes that pods may find: those that are always there, or what the limits of a pool allow. */
export const mostNodes = (pool: PoolFact): number =>
  pool.static ?? Math.max(...pool.shapes.map((shape) => nodesAllowed(pool, shape)));

/** The smallest node that holds a pod: Karpenter may start no larger one for it. */
function shapeFor(pool: PoolFact, { template }: PodsFact, demand: Demand, taken: Demand) {
  return [...shapesFor(pool, template.spec)]
    .sort((a, b) => a.memoryMiB - b.memoryMiB)
    .find((shape) => holds(shape, demand, taken));
}

/** First fit, largest first. */
function pack(pool: PoolFact, all: readonly Bound[], taken: Demand): PackedNode[] {
  const total = ({ demand }: Bound) => Object.values(demand.devices).reduce((sum, count) => sum + count, 0);
  const sorted = [...all].sort((a, b) => total(b) - total(a) || b.demand.memoryMiB - a.demand.memoryMiB);
  const nodes: PackedNode[] = [];
  for (const { pods, demand, count } of sorted) {
    const shape = shapeFor(pool, pods, demand, taken);
    // What no node holds is the business of pod-has-a-home.
    if (!shape) continue;
    let at = 0;
    for (let pod = 0; pod < count; pod++) {
      // A node that was full for the one before is full for its like.
      while (at < nodes.length && !holds(nodes[at].shape, demand, nodes[at].used)) at++;
      if (at === nodes.length) nodes.push({ shape, used: taken });
      nodes[at].used = plus(nodes[at].used, demand);
    }
  }
  return nodes;
}
