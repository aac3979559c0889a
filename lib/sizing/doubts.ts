import type { FitInput } from './fit';
import { bytesPerToken } from './kv-cache';
import { capturedOutside } from './overhead';
import { GIB, spreadGpus } from './units';
import { hasFormat, weightsGiB } from './weights';

interface Doubt {
  readonly text: string;
  /** A shorter context would end it. */
  readonly ofContext: boolean;
}

/** Part of a card that the CUDA context takes, outside what is requested: 0.2 GiB of 22 to 0.6 of 140 in logs. */
const CONTEXT = 0.008;
const LEAST_CONTEXT_GIB = 0.3;
/** The same with what GPUs exchange through, opened before: 0.5 GiB of 44, 1.2 of 95 and 2.5 of 184 in logs. */
const SPREAD_CONTEXT = 0.0135;
const LEAST_SPREAD_CONTEXT_GIB = 0.5;
/** Graphs of the smallest model. */
const LEAST_GRAPHS_GIB = 0.3;
/** More where nearly all is requested: the sampler warms up in what is left. */
const WARM_UP_GIB = 0.5;
/** Buffers of a server of caches on each GPU: four chunks of 256 tokens, and the numbers of a million blocks. */
const COPIED_TOKENS = 4 * 256;
const NUMBERS_BYTES = 2 ** 23;
/** Part of a card above which repacking weights at load was seen to run out of memory. */
const REPACK_SHARE = 0.6;

const FOUR_BITS = ['mxfp4', 'nvfp4', 'int4-g32', 'awq-int4-g128', 'gptq-int4-g128', 'int4-g128-sym'] as const;

/** What keeps a fit from being promised although its terms add up. */
export function doubts(input: FitInput, weightsPerGpuGiB: number): readonly Doubt[] {
  const { checkpoint, visibleGiB, utilization, context, computeCapability: capability } = input;
  const { model } = checkpoint;
  const found: Doubt[] = [];
  const say = (text: string, ofContext = false) => found.push({ text, ofContext });

  if (context > model.maxContext) {
    say(`a context of ${context} is longer than the ${model.maxContext} that ${model.id} was made for`, true);
  }
  for (const part of checkpoint.notRead ?? []) say(`not understood: ${part}`);
  for (const flag of input.uncounted ?? []) say(`what ${flag} takes or saves is not counted`);
  const left = visibleGiB * (1 - utilization);
  // Some releases give the cache what others keep for graphs, which then take from what is left.
  const alone = spreadGpus(input.spread) === 1;
  const process = alone
    ? Math.max(LEAST_CONTEXT_GIB, CONTEXT * visibleGiB)
    : Math.max(LEAST_SPREAD_CONTEXT_GIB, SPREAD_CONTEXT * visibleGiB);
  const wanted =
    process +
    (input.cacheServer ? process + copyBuffers(input) : 0) +
    Math.max(LEAST_GRAPHS_GIB, capturedOutside(model, input)) +
    (utilization > 0.95 ? WARM_UP_GIB : 0);
  if (left < wanted) {
    say(
      `utilization ${utilization} leaves ${left.toFixed(2)} GiB of a card to all that is not requested, ` +
        `which may take ${wanted.toFixed(2)}`,
    );
  }
  const repacks =
    (model.moe && hasFormat(checkpoint, ...FOUR_BITS)) ||
    (hasFormat(checkpoint, 'fp8', 'fp8-block128') && (capability ?? 0) < 8.9);
  if (repacks && weightsPerGpuGiB > REPACK_SHARE * visibleGiB) {
    say('its weights are repacked at load, which was seen to need far more than they take loaded');
  }
  if (checkpoint.madeAtLoad && model.params) {
    // Of data parallelism as if a rank loaded all of it.
    const gpus = spreadGpus({ ...input.spread, dataParallel: 1 });
    if ((weightsGiB(model.params, []) / gpus) * 1.02 + 1 > visibleGiB) {
      say('it is quantized at load, and its weights at 16 bits do not fit before');
    }
  }
  return found;
}

function copyBuffers({ checkpoint: { model }, fp8Cache, ...input }: FitInput): number {
  const request = { ...input, bytes: fp8Cache ? (1 as const) : (2 as const) };
  const bytes = model.cache.reduce((sum, group) => sum + bytesPerToken(model, group, request), 0);
  return (bytes * COPIED_TOKENS + NUMBERS_BYTES) / GIB;
}
