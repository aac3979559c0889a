import type { Checkpoint, Model } from '../catalog';
import { batchFaults } from './batch';
import { type Companions, companionsGiB } from './companions';
import { doubts } from './doubts';
import type { StartFault } from './fault';
import { type CacheRequest, cachePerRequest, cacheToStart } from './kv-cache';
import { LEAST_OVERHEAD_GIB, overhead } from './overhead';
import { parallelismFaults } from './parallelism';
import { precisionFaults } from './precision';
import type { Spread } from './units';
import { isFloat32, weightsPerGpu } from './weights';

/** What a server is started with, and on what. */
export interface FitInput {
  readonly checkpoint: Checkpoint;
  /** What CUDA hands out of one card: the least that it may be. */
  readonly visibleGiB: number;
  /**
   * The most that it may be, where cards of one name differ.
   * @default - the same
   */
  readonly mostVisibleGiB?: number;
  /** Such as 8.9; absent where nobody knows the card. */
  readonly computeCapability?: number;
  readonly spread: Spread;
  /** Tokens of one request, prompt and answer together. */
  readonly context: number;
  readonly utilization: number;
  /** Of each rank. */
  readonly batchedTokens: number;
  /** Of each rank. */
  readonly maxSequences: number;
  /** Keeps the cache in fp8. */
  readonly fp8Cache: boolean;
  /**
   * vLLM's `dtype`.
   * @default - the checkpoint's own
   */
  readonly dtype?: string;
  /**
   * Options of the engine that take memory which is not counted here.
   * @default - none
   */
  readonly uncounted?: readonly string[];
  /**
   * Whether a second process opens each GPU and copies caches out of it.
   * @default false
   */
  readonly cacheServer?: boolean;
  /**
   * Adapters and drafts beside the model; counted with the weights.
   * @default - none
   */
  readonly companions?: Companions;
}

/** `unproven`: neither can be promised. */
export type Fitness = 'fit' | 'unproven' | 'no-fit';

/** The memory of one GPU, term by term, in GiB; the budget is what the others leave. */
export interface FitTerms {
  readonly visibleGiB: number;
  readonly requestedGiB: number;
  readonly weightsGiB: number;
  readonly activationGiB: number;
  readonly nonTorchGiB: number;
  readonly graphsGiB: number;
  readonly kvNeedGiB: number;
  readonly kvBudgetGiB: number;
}

export interface Fit {
  readonly verdict: Fitness;
  /** As a promise must count them: each at the upper end of what is known. */
  readonly terms: FitTerms;
  /** The same budget and need at their lower ends: what does not fit here does not fit. */
  readonly atBest: {
    readonly requestedGiB: number;
    readonly kvNeedGiB: number;
    readonly kvBudgetGiB: number;
  };
  /** Longest context that fits; 0 when none is proven. */
  readonly maxContext: number;
  /** Requests of full length at once, on all ranks. */
  readonly concurrency: number;
  /** Why the engine would not start, whatever the memory. */
  readonly faults: readonly StartFault[];
  /** Why a fit cannot be promised although the terms add up. */
  readonly doubts: readonly string[];
}

/** Whether a model server starts, and how much it then holds. Promises nothing that is not known. */
export function fitFor(input: FitInput): Fit {
  const { checkpoint, visibleGiB, computeCapability, spread, context, utilization, dtype } = input;
  const { model } = checkpoint;
  const own = weightsPerGpu(checkpoint, spread, computeCapability, dtype);
  const beside = companionsGiB(model, input.companions ?? {}, requestOf(input, context), computeCapability);
  const weights = { careful: own.careful + (beside ?? 0), least: own.least };
  const most = Math.max(visibleGiB, input.mostVisibleGiB ?? 0);
  const besides = overhead(model, input);
  const requestedGiB = visibleGiB * utilization;
  const need = cacheToStart(model, requestOf(input, context));
  const least = cacheToStart(model, { ...requestOf(input, context), bytes: leastBytes(input) }).least;
  const kvBudgetGiB =
    requestedGiB - weights.careful - besides.activationGiB - besides.nonTorchGiB - besides.graphsGiB;
  const atBest = {
    requestedGiB: most * utilization,
    kvNeedGiB: least,
    kvBudgetGiB: most * utilization - weights.least - LEAST_OVERHEAD_GIB,
  };
  const faults = [...parallelismFaults(checkpoint, spread), ...precisionFaults(input), ...batchFaults(input)];
  const doubted = [
    ...doubts(input, own.careful),
    ...(beside === undefined
      ? [{ text: 'what adapters take in layers of its kind is not counted', ofContext: false }]
      : []),
  ];
  const sure = faults.length === 0 && doubted.every(({ ofContext }) => ofContext);

  return {
    verdict: verdictOf(),
    terms: {
      visibleGiB,
      requestedGiB,
      weightsGiB: weights.careful,
      ...besides,
      kvNeedGiB: need.careful,
      kvBudgetGiB,
    },
    atBest,
    maxContext: sure ? longest(input, kvBudgetGiB) : 0,
    concurrency: concurrency(input, kvBudgetGiB),
    faults,
    doubts: doubted.map(({ text }) => text),
  };

  /** Of a start that is only half understood even the least may be too much; not by half. */
  function unread(): boolean {
    const saves = input.uncounted?.some((flag) => SAVES.includes(flag)) ?? false;
    return (saves || checkpoint.notRead !== undefined) && weights.least / 2 < atBest.requestedGiB;
  }

  function verdictOf(): Fitness {
    if (faults.some(({ certain }) => certain)) return 'no-fit';
    if (atBest.kvBudgetGiB < atBest.kvNeedGiB || atBest.kvBudgetGiB <= 0)
      return unread() ? 'unproven' : 'no-fit';
    const proven = kvBudgetGiB > 0 && kvBudgetGiB >= need.careful;
    return proven && faults.length === 0 && doubted.length === 0 ? 'fit' : 'unproven';
  }
}

/** Options that may let a server start which does not fit by this arithmetic. */
const SAVES: readonly string[] = [
  '--cpu-offload-gb',
  '--hf-overrides',
  '--kv-cache-memory-bytes',
  '--num-gpu-blocks-override',
  '--pipeline-parallel-size',
];

const requestOf = (input: FitInput, context: number): CacheRequest => ({
  context,
  spread: input.spread,
  bytes: input.fp8Cache ? 1 : bytesOf(input),
  batchedTokens: input.batchedTokens,
  maxSequences: input.maxSequences,
});

/** The cache has the model's format, unless somebody says otherwise. */
const bytesOf = ({ dtype }: FitInput): 2 | 4 => (isFloat32(dtype) ? 4 : 2);

/** A checkpoint with scales for an fp8 cache may switch it on. */
const leastBytes = (input: FitInput): 1 | 2 | 4 =>
  input.fp8Cache || input.checkpoint.fp8Cache ? 1 : bytesOf(input);

const caches = (model: Model): boolean => model.cache.some(({ kind }) => kind !== 'encoder');

function concurrency(input: FitInput, budgetGiB: number): number {
  const { checkpoint, maxSequences, context } = input;
  const { dataParallel = 1 } = input.spread;
  if (budgetGiB <= 0) return 0;
  if (!caches(checkpoint.model)) return dataParallel * maxSequences;
  const each = budgetGiB / cachePerRequest(checkpoint.model, requestOf(input, context)).careful;
  return dataParallel * Math.min(maxSequences, each);
}

/** The longest context, in blocks of 16, whose cache the budget holds; need grows with it, so halving finds it. */
function longest(input: FitInput, budgetGiB: number): number {
  const { model } = input.checkpoint;
  if (budgetGiB <= 0) return 0;
  const holds = (context: number) => cacheToStart(model, requestOf(input, context)).careful <= budgetGiB;
  // An encoder reads a text in one step.
  const most = caches(model) ? model.maxContext : Math.min(model.maxContext, input.batchedTokens);
  if (holds(most)) return most;
  let low = 0;
  let high = Math.ceil(most / 16);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle * 16)) low = middle;
    else high = middle;
  }
  return low * 16;
}
