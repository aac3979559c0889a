import type { IConstruct } from 'constructs';
import type { Capacity, GpuDivision, Placement } from '../core';

/** Nodes of one shape that workloads are placed on. */
export interface INodePool extends IConstruct {
  readonly name: string;
  /** GPUs on each node; 0 for a CPU pool. */
  readonly gpusPerNode: number;
  /** Card as the catalog names it. */
  readonly gpu?: string;
  /** How its nodes are bought, in the order in which the autoscaler tries. */
  readonly capacities: readonly Capacity[];
  /** Zones that its nodes may start in; absent where nobody knows. */
  readonly zones?: readonly string[];
  /** Most GPUs (or vCPUs of a CPU pool) it may hold. */
  readonly limit?: number;
  /** Nodes that are there whatever pods ask, no fewer and no more; absent where pods start them. */
  readonly static?: number;
  /** What its nodes offer to pods that work on GPUs; empty for a CPU pool. */
  readonly devices: readonly PoolDevice[];
  /** How each GPU is divided; absent where pods get it whole. */
  readonly division?: GpuDivision;
  /** Interfaces for direct exchange between nodes, of which a pod that fills a node asks for so many; absent without. */
  readonly efa?: { readonly resource: string; readonly perNode: number };
  /** Where its nodes keep images and scratch files: on disks of their own, or on a volume; absent where nobody knows. */
  readonly disk?: 'nvme' | 'ebs';
  /** What the smallest of its nodes has left for pods; absent where nobody knows. */
  readonly room?: { readonly cpu: number; readonly memoryGiB: number };
  /** What pods need in order to land here. */
  readonly placement: Placement;
}

/** A GPU, or a part of one, as pods ask for it. */
export interface PoolDevice {
  /** Resource that pods ask for, such as `nvidia.com/gpu`. */
  readonly resource: string;
  /** On each node. */
  readonly perNode: number;
  /** Most that the pool may hold. */
  readonly limit?: number;
  /** Profile of a MIG slice, such as `3g.40gb`. */
  readonly slice?: string;
  /** Pods that use one GPU in turns, each with all of its memory in sight. */
  readonly sharedBy?: number;
}
