import { findInstance } from '../catalog';
import type { NodeShape, PoolFact } from '../core';
import { GPU } from './room';

const vcpuOf = ({ instanceType }: NodeShape): number => findInstance(instanceType)?.vcpu ?? 0;

/** Most nodes of one shape that the limits of a pool allow; infinitely many without limits. */
export function nodesAllowed({ limits }: PoolFact, shape: NodeShape): number {
  const { nodes, cpu, [GPU]: gpus } = limits;
  return Math.min(
    nodes ?? Number.POSITIVE_INFINITY,
    gpus === undefined ? Number.POSITIVE_INFINITY : Math.floor(gpus / Math.max(1, shape.gpus)),
    cpu === undefined ? Number.POSITIVE_INFINITY : Math.floor(cpu / Math.max(1, vcpuOf(shape))),
  );
}

/** vCPUs that a pool full to its limits has, when all its nodes are of one shape. */
export const vcpusAllowed = (pool: PoolFact, shape: NodeShape): number =>
  nodesAllowed(pool, shape) * vcpuOf(shape);

/** What to write for so many GPUs or vCPUs. */
export function moreOf(pool: PoolFact, wanted: number): string {
  if (pool.static === undefined) return `raise the limit of '${pool.name}' to ${wanted}`;
  const perNode = Math.max(1, ...pool.shapes.map((shape) => shape.gpus));
  return `set static of '${pool.name}' to ${Math.ceil(wanted / perNode)}, and its limit to ${wanted + perNode}`;
}
