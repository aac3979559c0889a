import type { Construct } from 'constructs';
import type { Instance } from '../catalog';
import { PlatformError } from '../core';
import type { Purchase } from './purchase';

interface Asked extends Purchase {
  readonly static?: number;
  readonly perNode: number;
  readonly limit: number;
}

/** Nodes that a pool always has; undefined where pods start them. Throws what such a pool cannot be. */
export function staticNodes(
  pool: Construct,
  asked: Asked,
  matching: readonly Instance[],
): number | undefined {
  const { static: nodes, perNode, limit, capacity } = asked;
  if (nodes === undefined) return undefined;
  if (!Number.isInteger(nodes) || nodes < 1) {
    throw new PlatformError(pool, {
      what: `'static' is ${nodes}`,
      why: 'it is the number of nodes that the pool always has',
      fix: 'set it to 1 or more, or leave it out: then pods start nodes',
    });
  }
  if (matching.length > 1) {
    throw new PlatformError(pool, {
      what: `'static' is ${nodes}, and its nodes may be ${listed(matching)}`,
      why: 'no pod asks for them, so Karpenter takes the cheapest, whatever the pods to come will need',
      fix: 'name one of these in instanceTypes',
    });
  }
  if (nodes * perNode > limit) {
    throw new PlatformError(pool, {
      what: `'static' is ${nodes} nodes with ${nodes * perNode} GPUs, and 'limit' is ${limit}`,
      why: 'Karpenter starts nothing beyond the limit: some of them would never be there',
      fix: `raise limit to ${(nodes + 1) * perNode}: these, and one that replaces another`,
    });
  }
  // Of a reservation there is nothing more to be had, whatever the limit says.
  const held = capacity === 'reserved' || capacity === 'block';
  if (!held && (nodes + 1) * perNode > limit) {
    throw new PlatformError(pool, {
      what: `'static' is ${nodes} nodes with ${nodes * perNode} GPUs, and 'limit' is ${limit}: there is no room for one more`,
      why: 'Karpenter starts the node of a new image before it drains the old one: without room none is ever replaced',
      fix: `raise limit to ${(nodes + 1) * perNode}`,
    });
  }
  return nodes;
}

const listed = (types: readonly Instance[]): string => {
  const names = types.map(({ type }) => type);
  return `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;
};
