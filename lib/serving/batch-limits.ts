import type { Construct } from 'constructs';
import { findCard } from '../catalog';
import type { INodePool } from '../contracts';
import { PlatformError } from '../core';
import { engineBatch } from '../sizing';

/** How much an engine works on at once. */
export interface BatchLimits {
  /**
   * Requests worked on at once.
   * @default - the profile's
   */
  readonly maxSequences: number;
  /**
   * Tokens of one step.
   * @default - the profile's
   */
  readonly batchedTokens: number;
}

/** What a model is served for. */
export type Profile = 'latency' | 'throughput';

const BALANCED_SEQUENCES = 256;
const PROFILES: Readonly<Record<Profile, BatchLimits>> = {
  // Short steps: nobody's next token waits for another's long prompt.
  latency: { maxSequences: 32, batchedTokens: 2048 },
  throughput: { maxSequences: 512, batchedTokens: 16384 },
};

/** The engine's own steps for the card: more tokens at once take memory that small cards do not have. */
function balanced({ gpu, devices }: INodePool): BatchLimits {
  const card = gpu === undefined ? undefined : findCard(gpu);
  const sliced = devices.some(({ slice }) => slice !== undefined);
  const visibleGiB = sliced || !card ? 0 : card.visibleGiB;
  const { batchedTokens } = engineBatch({ visibleGiB, ...(gpu === undefined ? {} : { name: gpu }) });
  return { maxSequences: BALANCED_SEQUENCES, batchedTokens };
}

/** Limits of a profile, each of which may be named instead. */
export function batchLimits(
  at: Construct,
  props: Partial<BatchLimits> & { readonly profile?: Profile; readonly pool: INodePool },
  /** Tokens that a step must hold, such as a prompt that cannot be split. */
  leastTokens = 0,
): BatchLimits {
  const preset = props.profile ? PROFILES[props.profile] : balanced(props.pool);
  const maxSequences = props.maxSequences ?? preset.maxSequences;
  const batchedTokens = props.batchedTokens ?? Math.max(preset.batchedTokens, leastTokens);
  if (batchedTokens < maxSequences) {
    throw new PlatformError(at, {
      what: `'batchedTokens' is ${batchedTokens}, below 'maxSequences', ${maxSequences}`,
      why: 'a step has at least one token of each running request; the server ends at its start',
      fix: `raise batchedTokens to ${maxSequences}, or lower maxSequences to ${batchedTokens}`,
    });
  }
  return { maxSequences, batchedTokens };
}
