import type { Instance } from '../catalog';
import type { NodeShape } from '../core';

const MIB = 2 ** 20;
/** The kubelet evicts pods when a tenth of the disk is left, and keeps a GiB for itself. */
const USABLE = 0.9;
const KEPT_MIB = 1024;

/** Where images and scratch files lie: on the type's own disks, or on a volume. */
export type Disk = 'nvme' | { readonly volumeGiB: number };

/** What an instance has for pods. */
export function nodeShape(type: Instance, disk: Disk, devices: NodeShape['devices']): NodeShape {
  const { localNvmeGB, allocatable, gpu, maxPods } = type;
  const size = disk === 'nvme' ? (localNvmeGB * 1e9) / MIB : disk.volumeGiB * 1024;
  return {
    instanceType: type.type,
    cpuMillis: allocatable.cpuMillis,
    memoryMiB: allocatable.memoryMiB,
    ephemeralMiB: Math.floor(size * USABLE) - KEPT_MIB,
    maxPods,
    gpus: gpu?.count ?? 0,
    devices,
  };
}

/** Resource under which a device plugin offers whole GPUs. */
export const WHOLE_GPU = 'nvidia.com/gpu';
