import type { Checkpoint } from '../catalog';
import type { StartFault } from './fault';

/** What one step of an engine holds. */
export interface Batch {
  readonly checkpoint: Checkpoint;
  readonly context: number;
  readonly batchedTokens: number;
  readonly maxSequences: number;
}

/** Steps that an engine refuses at its start. */
export function batchFaults({
  checkpoint,
  context,
  batchedTokens,
  maxSequences,
}: Batch): readonly StartFault[] {
  const { id, cache } = checkpoint.model;
  const faults: StartFault[] = [];
  if (batchedTokens < maxSequences) {
    faults.push({
      what: `${batchedTokens} tokens a step for ${maxSequences} sequences`,
      why: 'a step has at least one token of each running request; vLLM refuses to start',
      fix: `raise the tokens of a step to ${maxSequences}, or lower the sequences to ${batchedTokens}`,
      certain: true,
    });
  }
  if (cache.every(({ kind }) => kind === 'encoder') && batchedTokens < context) {
    faults.push({
      what: `${batchedTokens} tokens a step for texts of ${context} to ${id}`,
      why: 'an encoder reads a text in one step; vLLM refuses steps that are shorter than the context',
      fix: `raise the tokens of a step to ${context}, or shorten the context`,
      certain: true,
    });
  }
  return faults;
}
