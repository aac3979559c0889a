import type { Model } from '../catalog';
import { expertGpus, GIB, type Spread, spreadGpus, stageShare } from './units';

/** What the dummy run of an engine's start depends on. */
export interface StartLimits {
  readonly batchedTokens: number;
  readonly maxSequences: number;
  readonly spread: Spread;
  /** Of one GPU. */
  readonly visibleGiB: number;
}

/** GiB on one GPU beside weights and cache. */
export interface Overhead {
  readonly activationGiB: number;
  readonly nonTorchGiB: number;
  readonly graphsGiB: number;
}

/**
 * Less than this was never seen, so what does not fit with it does not fit: 0.05 GiB outside torch and 0.22 of
 * activation for Llama-3.1-8B on an A10G, by a release that kept graphs out of the budget.
 */
export const LEAST_OVERHEAD_GIB = 0.25;

/** Of one layer, at the sizes captured for 256 sequences: logs show 0.015 to 0.021. */
const GRAPHS_OF_LAYER = 0.022;
/** The same of a mixture over several GPUs: logs show 0.037 to 0.053. */
const GRAPHS_OF_SPREAD_MIXTURE = 0.055;
/** Sequences up to which more of them mean more graphs. */
const CAPTURED_SEQUENCES = 256;

/** Copies of the logits that live at once while sampling, in bytes for each sequence and word: logs fit 32 to 36. */
const SAMPLER_BYTES = 36;
/** The largest vocabulary in the catalog, for a model whose own is not known. */
const LARGEST_VOCABULARY = 262_144;

/** What a promise allows for: never less than the published rules, and never less than what logs show. */
export function overhead(model: Model, limits: StartLimits, weightsGiB: number): Overhead {
  return {
    activationGiB: activation(model, limits),
    nonTorchGiB: nonTorch(model, limits),
    // KAITO allows 5 % of the weights; small models were seen to take up to 0.6.
    graphsGiB: Math.max(0.6, 0.05 * weightsGiB, captured(model, limits)),
  };
}

/** Graphs of all layers of a GPU; they are captured for steps of up to twice as many tokens as sequences. */
export function captured(model: Model, { maxSequences, spread }: StartLimits): number {
  const layers = model.layers * stageShare(model.layers, spread);
  const spreads = model.moe && spreadGpus(spread) > 1;
  const sizes = Math.min(1, maxSequences / CAPTURED_SEQUENCES);
  return layers * (spreads ? GRAPHS_OF_SPREAD_MIXTURE : GRAPHS_OF_LAYER) * sizes;
}

function activation(model: Model, limits: StartLimits): number {
  const { batchedTokens, maxSequences, visibleGiB } = limits;
  const large = batchedTokens >= 8192 || maxSequences > 256;
  const images = model.multimodal ? encoderGiB(model, limits) : 0;
  const routing = model.moe && large && visibleGiB >= 70 ? 3 : 0;
  const rule = 1.7 + (large ? 1.5 : 0) + Math.max(images, routing);
  return Math.max(rule, forward(model, limits) + sampler(model, maxSequences) + images);
}

/**
 * The encoder at the largest input that it is tried with. The first releases of Qwen's models tried a video: 153,600
 * tokens of Qwen3-VL left 4 x 24 GB with 3.6 GiB less each, and Qwen2.5-VL-3B found no memory in 24 of 80 GiB.
 */
function encoderGiB({ architecture }: Model, { spread }: StartLimits): number {
  if (/^Qwen2(_5_)?_?VL/.test(architecture)) return 3 + 17 / spread.tensorParallel;
  return /^Qwen3VL/.test(architecture) ? 3 + 7 / spread.tensorParallel : 3;
}

/** Peak of one step through the widest layer. */
function forward(model: Model, { batchedTokens, spread }: StartLimits): number {
  const { moe, hiddenSize } = model;
  const { tensorParallel: tp, dataParallel = 1, expertParallel } = spread;
  const inner = Math.max(
    model.intermediateSize ?? (moe ? 0 : 6 * hiddenSize),
    moe?.denseIntermediateSize ?? 0,
    moe?.sharedIntermediateSize ?? 0,
  );
  const dense = (3 * inner) / tp + 4 * hiddenSize;
  const width = moe ? moe.moeIntermediateSize / (expertParallel ? 1 : expertGpus(spread)) : 0;
  const routed = moe ? moe.expertsPerToken * (3 * width + 2 * hiddenSize) : 0;
  // Each GPU gathers the tokens of all ranks for its experts, with room for every one of them to choose it, and gives
  // back as many.
  const gathered = dataParallel > 1 ? 2 * hiddenSize : 0;
  return (batchedTokens * (dense + dataParallel * (routed + gathered)) * 2) / GIB;
}

function sampler({ kind, vocabSize = LARGEST_VOCABULARY }: Model, maxSequences: number): number {
  return kind === 'generate' ? (maxSequences * vocabSize * SAMPLER_BYTES) / GIB : 0;
}

/** The CUDA context, and buffers of the exchange between GPUs: most in mixtures, by far most in DeepSeek's. */
function nonTorch(model: Model, { batchedTokens, spread }: StartLimits): number {
  if (spreadGpus(spread) === 1) return 0.6;
  const latent = model.cache.some(({ kind }) => kind === 'mla');
  if (model.moe && latent) return batchedTokens >= 8192 ? 7 : 4;
  if (model.moe) return 2;
  return spread.tensorParallel >= 8 ? 1.5 : 1;
}
