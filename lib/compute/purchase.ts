import type { Construct } from 'constructs';
import { type Capacity, PlatformError } from '../core';
import type { PoolProps } from './karpenter-pool';

/** How the nodes of a GPU pool are bought. */
export interface Purchase {
  /**
   * How the nodes are bought; 'block' is a capacity block, bought for some days.
   * @default 'on-demand'
   */
  readonly capacity?: 'on-demand' | 'spot' | 'reserved' | 'block';
  /**
   * What to buy when there is none of it.
   * @default - nothing: pods wait
   */
  readonly fallback?: 'on-demand' | 'spot';
  /**
   * Capacity reservation that the nodes come from, such as `cr-0123456789abcdef0`; needed with 'reserved' and 'block'.
   * @default - none
   */
  readonly reservation?: string;
  /**
   * Last day of a capacity block, such as `2027-01-31`: AWS takes its nodes back that day at 11:30 UTC.
   * @default - none
   */
  readonly ends?: string;
}

/** Karpenter takes what costs least first: what is paid for, then spot. */
const ORDER: readonly Capacity[] = ['reserved', 'spot', 'on-demand'];

/** Kinds of capacity in the order in which they are tried; throws what cannot be bought so. */
export function capacitiesOf(
  pool: Construct,
  props: Purchase & Pick<PoolProps, 'zones'>,
): readonly Capacity[] {
  const { capacity = 'on-demand', fallback, reservation } = props;
  const held = capacity === 'reserved' || capacity === 'block';
  if (held && !reservation) {
    throw new PlatformError(pool, {
      what: `'capacity' is '${capacity}', but there is no 'reservation'`,
      why: 'Karpenter uses only reservations that it is told; open ones are not matched',
      fix: "set reservation to the id of yours, such as 'cr-0123456789abcdef0', or buy 'on-demand'",
    });
  }
  if (!held && reservation) {
    throw new PlatformError(pool, {
      what: `'reservation' is '${reservation}', but 'capacity' is '${capacity}'`,
      why: 'the reservation would be paid for and never used',
      fix: "set capacity to 'reserved', or leave the reservation out",
    });
  }
  if (capacity === 'block') mustBeOneBlock(pool, props);
  else if (props.ends !== undefined) {
    throw new PlatformError(pool, {
      what: `'ends' is '${props.ends}', but 'capacity' is '${capacity}'`,
      why: 'only a capacity block has an end',
      fix: "leave ends out, or set capacity to 'block'",
    });
  }
  const first: Capacity = capacity === 'block' ? 'reserved' : capacity;
  if (fallback === undefined) return [first];
  mustFollow(pool, first, fallback);
  return [first, fallback];
}

function mustBeOneBlock(pool: Construct, { ends, zones }: Purchase & Pick<PoolProps, 'zones'>): void {
  if (zones?.length !== 1) {
    throw new PlatformError(pool, {
      what: `a capacity block lies in one zone, and 'zones' ${zones ? `names ${zones.length}` : 'names none'}`,
      why: 'volumes and spread would be planned for zones in which no node can start',
      fix: 'set zones to the one that the block was bought in',
    });
  }
  if (ends === undefined || Number.isNaN(Date.parse(`${ends}T11:30:00Z`))) {
    throw new PlatformError(pool, {
      what: `'capacity' is 'block', and 'ends' ${ends === undefined ? 'is missing' : `is '${ends}'`}`,
      why: 'its nodes are taken back on that day, and nothing here may be surprised by it',
      fix: "set ends to the block's last day, such as '2027-01-31'",
    });
  }
}

function mustFollow(pool: Construct, first: Capacity, fallback: Capacity): void {
  if (ORDER.indexOf(fallback) > ORDER.indexOf(first)) return;
  throw new PlatformError(pool, {
    what: `'fallback' is '${fallback}' and 'capacity' is '${first}'`,
    why: 'of what a pool may buy Karpenter takes the cheapest first: reserved, then spot, then on-demand',
    fix:
      first === fallback ? 'leave fallback out' : `set capacity to '${fallback}' and fallback to '${first}'`,
  });
}
