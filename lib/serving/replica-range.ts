import type { Construct } from 'constructs';
import { PlatformError } from '../core';

/** Replicas between a floor and a ceiling; equal ones mean that nothing scales it. */
export interface ReplicaRange {
  readonly min: number;
  readonly max: number;
}

/** Throws a range that no number of replicas is in, or that would leave none. */
export function mustBeRange(at: Construct, { min, max }: ReplicaRange): void {
  if (min > max) {
    throw new PlatformError(at, {
      what: `'replicas.min' is ${min}, above 'replicas.max', ${max}`,
      why: 'there is no number of replicas that is both',
      fix: `lower min to ${max}, or raise max to ${min}`,
    });
  }
  if (min < 1) {
    throw new PlatformError(at, {
      what: `'replicas.min' is ${min}`,
      why: 'without a running replica nothing measures a queue, and a cold one takes minutes',
      fix: 'raise min to 1',
    });
  }
}

/** What a server of a range says of itself while nothing scales it. */
export const unscaled = ({ min, max }: ReplicaRange): string[] => [
  `is to run ${min} to ${max} replicas, but nothing scales it. Create a ModelAutoscaler for it`,
];
