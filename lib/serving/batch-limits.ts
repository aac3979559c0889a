import type { Construct } from 'constructs';
import { PlatformError } from '../core';

/** How much an engine works on at once. */
export interface BatchLimits {
  /** Requests worked on at once. */
  readonly maxSequences: number;
  /** Tokens of one step. */
  readonly batchedTokens: number;
}

/** What a model is served for. */
export type Profile = 'latency' | 'throughput';

const BALANCED: BatchLimits = { maxSequences: 256, batchedTokens: 8192 };
const PROFILES: Readonly<Record<Profile, BatchLimits>> = {
  // Short steps: nobody's next token waits for another's long prompt.
  latency: { maxSequences: 32, batchedTokens: 2048 },
  throughput: { maxSequences: 512, batchedTokens: 16384 },
};

/** Limits of a profile, each of which may be named instead. */
export function batchLimits(
  at: Construct,
  props: Partial<BatchLimits> & { readonly profile?: Profile },
  /** Tokens that a step must hold, such as a prompt that cannot be split. */
  leastTokens = 0,
): BatchLimits {
  const preset = props.profile ? PROFILES[props.profile] : BALANCED;
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
