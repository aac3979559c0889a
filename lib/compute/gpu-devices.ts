import type { Construct } from 'constructs';
import type { PoolDevice } from '../contracts';
import { type GpuDivision, type Labels, PlatformError } from '../core';
import { WHOLE_GPU } from './node-shape';

/** How each GPU of a pool is handed out. */
export type GpuDevices =
  /** Slices of each GPU, such as `['3g.40gb', '3g.40gb']`: each with memory and processors of its own. */
  | { readonly mig: readonly string[] }
  /** Pods that take turns on each GPU. They share its memory, and one that fails can take the others with it. */
  | { readonly timeSlicing: number };

/** Resource of GPUs that are used in turns: never mistaken for a whole one. */
const SHARED_GPU = 'nvidia.com/gpu.shared';
/** By these the operands know how to divide the GPUs of a node. */
const MIG_LABEL = 'nvidia.com/mig.config';
const PLUGIN_LABEL = 'nvidia.com/device-plugin.config';

/** Key of the device plugin's configuration for GPUs that so many pods share. */
export const sharedConfig = (pods: number): string => `shared-${pods}`;

/** The division as a fact; nothing where each GPU goes to one pod whole. */
export function divisionOf(pool: Construct, devices: GpuDevices | undefined): GpuDivision | undefined {
  if (!devices) return undefined;
  if ('timeSlicing' in devices) {
    mustBeShared(pool, devices.timeSlicing);
    return { by: 'time-slicing', pods: devices.timeSlicing };
  }
  return { by: 'mig', layout: [...devices.mig] };
}

/** What nodes of so many GPUs offer. Slices have a resource of their own by their size, if no other is named. */
export function devicesOf(
  division: GpuDivision | undefined,
  gpus: number,
  limit: number,
  sliceResource?: string,
): readonly PoolDevice[] {
  const nodes = Math.floor(limit / gpus);
  const offer = (resource: string, perGpu: number, more: Partial<PoolDevice> = {}): PoolDevice => ({
    resource,
    perNode: perGpu * gpus,
    limit: perGpu * gpus * nodes,
    ...more,
  });
  if (!division) return [{ ...offer(WHOLE_GPU, 1), limit }];
  if (division.by === 'time-slicing') return [offer(SHARED_GPU, division.pods, { sharedBy: division.pods })];
  return [...new Set(division.layout)].map((slice) =>
    offer(
      sliceResource ?? `nvidia.com/mig-${slice}`,
      division.layout.filter((other) => other === slice).length,
      { slice },
    ),
  );
}

/** Devices of a node by resource; a divided GPU is not there as a whole one. */
export function resourcesOf(devices: readonly PoolDevice[]): Readonly<Record<string, number>> {
  return Object.fromEntries(devices.map(({ resource, perNode }) => [resource, perNode]));
}

/** Labels by which the operands divide the GPUs of a node. */
export function divisionLabels(pool: string, division: GpuDivision | undefined): Labels {
  if (!division) return {};
  if (division.by === 'time-slicing') return { [PLUGIN_LABEL]: sharedConfig(division.pods) };
  return { [MIG_LABEL]: pool, 'nvidia.com/gpu.deploy.mig-manager': 'true' };
}

/** What Karpenter must be told of the nodes of a divided pool: it knows whole GPUs only. */
export function overlayCapacity(devices: readonly PoolDevice[]): Readonly<Record<string, string>> {
  const known = Object.entries(resourcesOf(devices)).map(([resource, count]) => [resource, `${count}`]);
  // Else a pod that asks for a whole GPU would start a node that never has one.
  return Object.fromEntries([[WHOLE_GPU, '0'], ...known]);
}

function mustBeShared(pool: Construct, pods: number): void {
  if (Number.isInteger(pods) && pods >= 2 && pods <= 48) return;
  throw new PlatformError(pool, {
    what: `'devices.timeSlicing' is ${pods}`,
    why: 'it is the number of pods that take turns on one GPU; one alone shares nothing',
    fix: 'set it to 2 or more, or leave devices out',
  });
}
