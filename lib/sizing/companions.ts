import type { Checkpoint, Model } from '../catalog';
import { type CacheRequest, cachePerRequest } from './kv-cache';
import { GIB } from './units';
import { weightsPerGpu } from './weights';

/** Adapters that lie ready on the GPU beside their model. */
export interface Adapters {
  /** How many may work in one step. */
  readonly slots: number;
  /** Rank that room is made for. */
  readonly rank: number;
}

/** Guessing tokens ahead, which the model then accepts or not. */
export interface Guesses {
  /** Tokens guessed in one step. */
  readonly tokens: number;
  /**
   * Who guesses.
   * @default - the words of the prompt: no weights
   */
  readonly draft?: Checkpoint;
}

/** What runs beside a model in the memory of its GPUs. */
export interface Companions {
  readonly adapters?: Adapters;
  readonly guesses?: Guesses;
}

/** Target and draft probabilities and their logits, each at 32 bits, for each guessed token and word. */
const GUESS_BYTES = 16;
const LARGEST_VOCABULARY = 262_144;

/** GiB on each GPU that companions may take; undefined where a model's layers are of a kind that nobody has counted. */
export function companionsGiB(
  model: Model,
  { adapters, guesses }: Companions,
  request: CacheRequest,
  computeCapability: number | undefined,
): number | undefined {
  const ofAdapters = adapters ? adapterBytes(model, adapters) : 0;
  if (ofAdapters === undefined) return undefined;
  const rows = guesses ? Math.min(request.maxSequences * guesses.tokens, request.batchedTokens) : 0;
  const sampling = rows * (model.vocabSize ?? LARGEST_VOCABULARY) * GUESS_BYTES;
  const draft = guesses?.draft;
  const ofDraft = draft
    ? weightsPerGpu(draft, request.spread, computeCapability).careful +
      cachePerRequest(draft.model, request).careful
    : 0;
  return (ofAdapters + sampling) / GIB + ofDraft;
}

/**
 * Engines make room for the largest adapter in every layer that can have one, at 16 bits. How tensor parallelism
 * divides it differs by layer: counted whole.
 */
function adapterBytes(model: Model, { slots, rank }: Adapters): number | undefined {
  if (model.cache.some(({ kind }) => kind !== 'full' && kind !== 'sliding' && kind !== 'chunked'))
    return undefined;
  const { hiddenSize: hidden, heads, kvHeads, headDim, moe, layers } = model;
  const queries = heads * headDim;
  const attention = 3 * hidden + queries + 2 * kvHeads * headDim + queries + hidden;
  const feedForward = (inner: number) => 2 * hidden + 2 * inner + inner + hidden;
  const experts = moe
    ? moe.moeLayers * moe.experts * feedForward(moe.moeIntermediateSize) +
      layers * feedForward(moe.sharedIntermediateSize ?? 0)
    : 0;
  const dense = layers * feedForward(moe?.denseIntermediateSize ?? model.intermediateSize ?? 6 * hidden);
  const head = hidden + (model.vocabSize ?? LARGEST_VOCABULARY);
  return 2 * slots * rank * (layers * attention + dense + experts + head);
}
