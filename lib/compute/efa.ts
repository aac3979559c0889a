import type { Construct } from 'constructs';
import type { Instance } from '../catalog';
import { type Labels, PlatformError } from '../core';

/** Resource under which its device plugin offers interfaces of the Elastic Fabric Adapter. */
export const EFA = 'vpc.amazonaws.com/efa';
/** On nodes that offer them: where the device plugin runs. */
export const EFA_NODES: Labels = { 'nexus.dev/efa': 'present' };

/** Those of the types that have interfaces; throws when none has. */
export function withEfa(pool: Construct, types: readonly Instance[], asked: string): readonly Instance[] {
  const having = types.filter(({ efaInterfaces }) => efaInterfaces > 0);
  if (having.length) return having;
  throw new PlatformError(pool, {
    what: `'efa' is true, and no instance type with ${asked} has an EFA interface`,
    why: 'pods that ask for one would stay Pending',
    fix: 'delete efa, or take larger nodes: types from 8xlarge on have one, those of 8 GPUs up to 32',
  });
}

/** Interfaces that each node of these types has at least: what a pod that fills a node may ask for. */
export const leastInterfaces = (types: readonly Instance[]): number =>
  Math.min(...types.map(({ efaInterfaces }) => efaInterfaces));

/**
 * What nodes are told: containers may lock 8 TiB, which is all of their memory, for the adapter to register. The node
 * image names no limit, so the small one of its system holds, and no capability lifts it for a process that is not root.
 * The list replaces the image's own, whose limit on files stands first.
 */
export const LOCKED_MEMORY = `apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  containerd:
    baseRuntimeSpec:
      process:
        rlimits:
          - { type: RLIMIT_NOFILE, soft: 65536, hard: 1048576 }
          - { type: RLIMIT_MEMLOCK, soft: 8796093022208, hard: 8796093022208 }
`;
