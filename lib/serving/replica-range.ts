import type { Construct } from 'constructs';
import { namespaceOf, PlatformError, type WorkloadProps } from '../core';
import { expected } from './expected';

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

/** Whether its number may change while it runs. */
export const scales = ({ min, max }: ReplicaRange): boolean => max > min;

/** How many pods a server of this name starts with, and what may change their number. */
export const replicasOf = (
  at: Construct,
  name: string,
  range: ReplicaRange,
): Pick<WorkloadProps, 'replicas' | 'scaled'> => ({
  replicas: range.min,
  ...(scales(range) ? { scaled: { by: `ScaledObject/${namespaceOf(at)}/${name}`, max: range.max } } : {}),
});

/** To be called by what scales a server; while nothing does, a range is told at synth. */
export function mustBeScaled(at: Construct, range: ReplicaRange): () => void {
  if (!scales(range)) return () => {};
  const { min, max } = range;
  return expected(
    at,
    `is to run ${min} to ${max} replicas, but nothing scales it. Create a ModelAutoscaler for it`,
  );
}
