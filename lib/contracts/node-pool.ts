import type { IConstruct } from 'constructs';
import type { Placement } from '../core';

/** Nodes of one shape that workloads are placed on. */
export interface INodePool extends IConstruct {
  readonly name: string;
  /** GPUs on each node; 0 for a CPU pool. */
  readonly gpusPerNode: number;
  /** Card as the catalog names it. */
  readonly gpu?: string;
  readonly capacity: 'on-demand' | 'spot' | 'reserved';
  /** Most GPUs (or vCPUs of a CPU pool) it may hold. */
  readonly limit?: number;
  /** What the smallest of its nodes has left for pods; absent where nobody knows. */
  readonly room?: { readonly cpu: number; readonly memoryGiB: number };
  /** What pods need in order to land here. */
  readonly placement: Placement;
}
