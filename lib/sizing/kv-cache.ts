import type { CacheGroup, Model } from '../catalog';
import { GIB, type Range, type Spread, stageShare } from './units';

/** What decides how much one request caches. */
export interface CacheRequest {
  /** Tokens of one request, prompt and answer together. */
  readonly context: number;
  readonly spread: Spread;
  /** Bytes of one cached number: 2, 1 for fp8, 4 for float32. */
  readonly bytes: 1 | 2 | 4;
  readonly batchedTokens: number;
  /** Requests that the engine reserves states for. */
  readonly maxSequences: number;
}

/** Tokens that engines reserve at once. */
const BLOCK = 16;
/** Values that old releases store for each latent of 576. */
const PADDED_LATENT = 640 / 576;
/** A key of 128 numbers and its scale, for each layer with an indexer. */
const INDEXER_BYTES = 132;
/** An fp8 latent with its scales and its 16-bit positions, in models with an indexer. */
const SPARSE_LATENT_BYTES = 656;
/** Groups of layers are rounded up to whole pages. */
const HYBRID_MARGIN = 1.1;

const blocks = (tokens: number): number => Math.ceil(tokens / BLOCK) * BLOCK;

/** Heads of keys and values on one GPU: when there are more GPUs than heads, each holds one. */
export const kvHeadsPerGpu = (kvHeads: number, tensorParallel: number): number =>
  Math.max(1, Math.ceil(kvHeads / tensorParallel));

/** Most tokens that a layer with a window keeps of one request. */
export function windowTokens(window: number, batchedTokens: number, context: number): number {
  return Math.min(context, blocks(window - 1 + batchedTokens) + BLOCK);
}

/** GiB on one GPU that one request of full length takes. */
export function cachePerRequest(model: Model, request: CacheRequest): Range {
  const { spread, bytes } = request;
  const share = stageShare(model.layers, spread);
  const state = statePerSequence(model, spread);
  const promised = model.cache.reduce(
    (sum, group) => sum + bytesPerToken(model, group, request) * tokensHeld(model, group, request),
    0,
  );
  const page = state.careful > 0 ? pageTokens(model, request, state.careful) : 0;
  const margin = state.careful > 0 ? HYBRID_MARGIN : 1;
  const pages = page * model.cache.reduce((sum, group) => sum + bytesPerToken(model, group, request), 0);
  const least = model.cache.reduce((sum, group) => sum + leastBytes(group, request, bytes), 0);
  return {
    // Of a pipeline releases around 0.15 asked the tightest stage for the cache of all layers (vLLM issue 32105).
    careful: ((promised + pages) * margin) / GIB + state.careful,
    least: (share * least) / GIB + state.least * share,
  };
}

/** Architectures younger than the hybrid cache manager: each release that knows them holds windows to their bound. */
const BOUNDED = /^(GptOss|Gemma4)/;

/**
 * Tokens that a layer of a group is charged for in a promise. Releases of 2025 charge windows whole, later ones by two
 * steps in flight; an older architecture may meet either.
 */
function tokensHeld(
  { architecture }: Model,
  group: CacheGroup,
  { context, batchedTokens }: CacheRequest,
): number {
  const whole = blocks(context);
  if (!('window' in group) || !BOUNDED.test(architecture)) return whole;
  return Math.min(whole, blocks(windowTokens(group.window, 2 * batchedTokens, context)));
}

/** GiB on one GPU without which the engine refuses to start: one request, and a state for each that may run. */
export function cacheToStart(model: Model, request: CacheRequest): Range {
  const one = cachePerRequest(model, request);
  const state = statePerSequence(model, request.spread);
  const states = state.careful * stageShare(model.layers, request.spread) * request.maxSequences;
  return { careful: Math.max(one.careful, states), least: one.least };
}

/** Bytes of one more token on one GPU, in all layers of a group. */
export function bytesPerToken(model: Model, group: CacheGroup, { spread, bytes }: CacheRequest): number {
  switch (group.kind) {
    case 'full':
    case 'sliding':
    case 'chunked':
      return 2 * group.layers * kvHeadsPerGpu(group.kvHeads, spread.tensorParallel) * group.headDim * bytes;
    case 'mla': {
      const indexer = (model.indexerLayers ?? 0) * INDEXER_BYTES;
      const latent =
        model.indexerLayers && bytes === 1 ? SPARSE_LATENT_BYTES : group.latentDim * PADDED_LATENT * bytes;
      return group.layers * latent + indexer;
    }
    default:
      return 0;
  }
}

function leastBytes(group: CacheGroup, request: CacheRequest, bytes: number): number {
  const { context, batchedTokens, spread } = request;
  switch (group.kind) {
    case 'full':
    case 'sliding':
    case 'chunked': {
      const tokens = group.kind === 'full' ? context : windowTokens(group.window, batchedTokens, context);
      const heads = kvHeadsPerGpu(group.kvHeads, spread.tensorParallel);
      return 2 * group.layers * heads * group.headDim * bytes * tokens;
    }
    case 'mla':
      return group.layers * group.latentDim * bytes * context;
    default:
      return 0;
  }
}

/** GiB of the state of one sequence; recurrences are kept at 32 bits by some models and at 16 by others. */
function statePerSequence({ state }: Model, { tensorParallel }: Spread): Range {
  if (!state) return { careful: 0, least: 0 };
  const { convolutionBytes, elements } = state;
  return {
    careful: (convolutionBytes + elements * 4) / tensorParallel / GIB,
    least: (convolutionBytes + elements * 2) / tensorParallel / GIB,
  };
}

/** Tokens of a page of attention, which hybrid models make as large as a page of state. */
function pageTokens(model: Model, request: CacheRequest, stateGiB: number): number {
  const attention = model.cache.filter(({ kind }) => kind !== 'state');
  const layers = attention.reduce((sum, group) => sum + group.layers, 0);
  const stateLayers = model.cache.reduce((sum, { kind, layers: of }) => sum + (kind === 'state' ? of : 0), 0);
  const perToken = attention.reduce((sum, group) => sum + bytesPerToken(model, group, request), 0) / layers;
  return blocks((stateGiB * GIB) / stateLayers / perToken);
}
