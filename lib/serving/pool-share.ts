import type { Construct } from 'constructs';
import type { INodePool, PoolDevice } from '../contracts';
import { PlatformError } from '../core';

/** What a server asks of a pool. */
export interface PoolDemand {
  readonly gpus: number;
  /** Profile of the MIG slice, where the pool has several. */
  readonly slice?: string;
}

/** The device of a pool that a server's pods work on; throws when the pool has none that they could. */
export function deviceOf(server: Construct, pool: INodePool, { gpus, slice }: PoolDemand): PoolDevice {
  const slices = pool.devices.flatMap((device) => device.slice ?? []);
  if (slice !== undefined && !slices.includes(slice)) {
    throw new PlatformError(server, {
      what: `'slice' is '${slice}', and pool '${pool.name}' has ${slices.length ? slices.join(' and ') : 'no slices'}`,
      why: 'no node of the pool would ever offer it: the pods stay Pending',
      fix: slices.length
        ? `choose from ${[...new Set(slices)].join(', ')}`
        : "leave slice out, or cut the pool's GPUs with devices: { mig: [...] }",
    });
  }
  if (slice === undefined && slices.length > 1) {
    throw new PlatformError(server, {
      what: `pool '${pool.name}' has GPUs in slices of ${slices.join(' and ')}, and 'slice' names none`,
      why: 'each is a device of its own with its own memory',
      fix: `set slice to ${slices.join(' or ')}`,
    });
  }
  const [device] = slice === undefined ? pool.devices : pool.devices.filter((each) => each.slice === slice);
  if (!device || gpus > pool.gpusPerNode) {
    throw new PlatformError(server, {
      what: `'gpus' is ${gpus}, but pool '${pool.name}' has at most ${pool.gpusPerNode} per node`,
      why: 'the GPUs of one replica must share a node: tensor parallelism talks over NVLink',
      fix: `lower gpus to ${pool.gpusPerNode}, or give '${pool.name}' a larger instance type`,
    });
  }
  const divided = device.slice !== undefined || device.sharedBy !== undefined;
  if (divided && gpus > 1) {
    throw new PlatformError(server, {
      what: `'gpus' is ${gpus}, and the GPUs of pool '${pool.name}' are ${device.slice ? 'cut into slices' : 'shared by several pods'}`,
      why: 'tensor parallelism needs whole GPUs that reach each other',
      fix: 'lower gpus to 1, or use a pool with whole GPUs',
    });
  }
  return device;
}

/** No more of a node than the devices' part of it. */
export function shareOf(
  wanted: number,
  room: number | undefined,
  count: number,
  { perNode }: PoolDevice,
): number {
  return room === undefined ? wanted : Math.min(wanted, Math.floor((room * count) / perNode));
}

/** A new replica beside all others only where the pool can hold one more. */
export function rolloutOf(max: number, count: number, { limit }: PoolDevice, surge: boolean | undefined) {
  const fits = surge ?? (limit === undefined || (max + 1) * count <= limit);
  return fits ? { maxSurge: 1, maxUnavailable: 0 } : { maxSurge: 0, maxUnavailable: 1 };
}
