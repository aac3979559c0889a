/** What vLLM works on at once when nobody says. */
export interface EngineBatch {
  /** Tokens of one step. */
  readonly batchedTokens: number;
  /** Requests at once. */
  readonly maxSequences: number;
}

const LARGE: EngineBatch = { batchedTokens: 8192, maxSequences: 1024 };
const SMALL: EngineBatch = { batchedTokens: 2048, maxSequences: 256 };

/** By the size of the card, an A100 excepted. */
export function engineBatch({
  visibleGiB,
  name,
}: {
  readonly visibleGiB: number;
  readonly name?: string;
}): EngineBatch {
  return visibleGiB >= 70 && !name?.startsWith('A100') ? LARGE : SMALL;
}
