import type { Construct } from 'constructs';
import { findCheckpoint, quantizedBy } from '../catalog';
import type { INodePool, PoolDevice } from '../contracts';
import { PlatformError, type PodResources, type WorkloadProps } from '../core';
import { weightsGiB } from '../sizing';
import { deviceOf, rolloutOf, shareOf } from './pool-share';
import type { ReplicaRange } from './replica-range';
import type { ServerPod } from './server-pod';

/** What one replica of an engine is asked to take of a pool. */
export interface ReplicaProps {
  /** Nodes to run on. */
  readonly pool: INodePool;
  /**
   * GPUs of one replica, which share each layer: tensor parallelism.
   * @default 1
   */
  readonly gpus?: number;
  /**
   * MIG slice that a replica runs on, such as `3g.40gb`.
   * @default - the one kind that the pool has; whole GPUs where it has none
   */
  readonly slice?: string;
  /**
   * Whether a rollout starts a new replica before an old one goes. Other models on the pool may leave no room for it.
   * @default - where the pool's limit holds one more than the most replicas of this model
   */
  readonly surge?: boolean;
  /**
   * CPU cores of one replica.
   * @default - 4 for each GPU, or the GPUs' share of the pool's smallest node where that is less
   */
  readonly cpu?: number;
  /**
   * Memory of one replica, shared memory included.
   * @default - 32 for each GPU and what is kept in it besides, or the GPUs' share of the smallest node where that is less
   */
  readonly memoryGiB?: number;
}

/** Below this an engine and its loader were seen to be killed. */
const LEAST_MEMORY_GIB = 12;

/** Caches that a replica keeps in memory beside what its engine needs. */
export interface KeptInMemory {
  /** The prop that asks for it. */
  readonly key: string;
  readonly GiB: number;
  /** Memory of the process that keeps them. */
  readonly processGiB?: number;
}

/** CPU, memory and GPUs of a replica. */
export function replicaResources(at: Construct, props: ReplicaProps, kept?: KeptInMemory): PodResources {
  const { pool, gpus = 1 } = props;
  const device = replicaDevice(at, props);
  const { key, GiB = 0, processGiB = 0 } = kept ?? {};
  const memoryGiB =
    props.memoryGiB ?? shareOf(32 * gpus + GiB + processGiB, pool.room?.memoryGiB, gpus, device);
  const least = LEAST_MEMORY_GIB + processGiB;
  if (GiB > 0 && memoryGiB - GiB < least) {
    const of = processGiB
      ? 'the engine, its loader and the server of the caches'
      : 'the engine and its loader';
    throw new PlatformError(at, {
      what: `'${key}' is ${GiB}, of ${memoryGiB} GiB of memory for one replica`,
      why: `it leaves less than the ${least} GiB that ${of} need, and the kernel kills them`,
      fix:
        `set memoryGiB to ${GiB + least}, which sends it to the larger nodes of the pool` +
        (memoryGiB > least ? `, or lower ${key} to ${memoryGiB - least}` : ''),
    });
  }
  return {
    cpu: `${props.cpu ?? shareOf(4 * gpus, pool.room?.cpu, gpus, device)}`,
    memory: `${memoryGiB}Gi`,
    gpus,
    gpuResource: device.resource,
  };
}

/** What a replica works on, and how a rollout begins there. */
export function onDevice(
  at: Construct,
  props: ReplicaProps,
  { max }: ReplicaRange,
  nodes = 1,
): Pick<ServerPod, 'pool' | 'slice' | 'sharedBy' | 'placement' | 'rollout'> {
  const { pool, gpus = 1, surge } = props;
  const device = replicaDevice(at, props);
  return {
    pool: pool.name,
    ...(device.slice ? { slice: device.slice } : {}),
    ...(device.sharedBy ? { sharedBy: device.sharedBy } : {}),
    placement: pool.placement,
    rollout: rolloutOf(max, gpus * nodes, device, surge),
  };
}

const replicaDevice = (at: Construct, { pool, gpus = 1, slice }: ReplicaProps): PoolDevice =>
  deviceOf(at, pool, { gpus, ...(slice ? { slice } : {}) });

/** Shared memory: what processes of tensor parallelism exchange, and a cache that all of them see. */
export function replicaSharedMemory(gpus: number, cacheGiB = 0): Pick<WorkloadProps, 'sharedMemory'> {
  const GiB = (gpus > 1 ? 2 * gpus : 0) + (cacheGiB ? cacheGiB + 1 : 0);
  return GiB ? { sharedMemory: `${GiB}Gi` } : {};
}

/** GiB of a model's files; undefined for one that the catalog does not know. */
export function filesGiB(model: string, quantization?: string): number | undefined {
  const found = findCheckpoint(model);
  if (!found) return undefined;
  const checkpoint = quantization ? quantizedBy(found, quantization) : found;
  if (checkpoint.checkpointGiB !== undefined) return checkpoint.checkpointGiB;
  const { params } = checkpoint.model;
  // What is quantized at load is fetched at 16 bits.
  return params && weightsGiB(params, checkpoint.madeAtLoad ? [] : checkpoint.format);
}

/** Starting the processes, compiling kernels and recording graphs. */
const BOOT_SECONDS = 300;
/** Assumed of a model whose size nobody knows: that of 70 billion parameters at 16 bits. */
const UNKNOWN_GIB = 131;

/** Slowest start that is still healthy, in whole minutes. */
export function startupSeconds(model: string, secondsPerGiB: number, quantization?: string): number {
  const loading = (filesGiB(model, quantization) ?? UNKNOWN_GIB) * secondsPerGiB;
  return Math.max(600, Math.ceil((BOOT_SECONDS + loading) / 60) * 60);
}
