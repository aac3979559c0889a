import type { IConstruct } from 'constructs';
import { clusterOf } from './cluster';

interface PriorityLevel {
  /** Name of its PriorityClass. */
  readonly name: string;
  readonly value: number;
  /** Whether its pods take the place of those below it, or wait. */
  readonly preempts: boolean;
  readonly about: string;
}

/**
 * Who takes whose place where room is short. Stores, gateways and controllers have none of these and stay at
 * Kubernetes' own 0: many pods of charts and operators cannot be told a class, and a gateway above them would evict the
 * database that it waits for, since the scheduler evicts before Karpenter starts a node.
 */
export const PRIORITIES = {
  serving: {
    name: 'nexus-serving',
    value: 1000,
    preempts: true,
    about: 'Models on GPUs: they take the place of batch work and of spare pods.',
  },
  batch: {
    name: 'nexus-batch',
    value: -100,
    preempts: true,
    about:
      'Work that can be repeated: it takes the place of spare pods only, and makes way for everything else.',
  },
  spare: {
    name: 'nexus-spare',
    value: -1000,
    preempts: false,
    about: "Pods that keep nodes warm: the first to go, and they take nobody's place.",
  },
} as const satisfies Record<string, PriorityLevel>;

export type Priority = keyof typeof PRIORITIES;

/** The class of a level; undefined where the cluster is not known to have the classes. */
export function priorityClass(construct: IConstruct, priority: Priority): string | undefined {
  return clusterOf(construct).priorityClasses ? PRIORITIES[priority].name : undefined;
}
