import type { Model } from '../catalog';
import { expertGpus, GIB, type Spread, spreadGpus, stageShare } from './units';

/** What the dummy run of an engine's start depends on. */
export interface StartLimits {
  readonly batchedTokens: number;
  readonly maxSequences: number;
  readonly spread: Spread;
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
/** The same of a mixture: logs show 0.029 on one GPU, 0.037 to 0.053 over several. */
const GRAPHS_OF_MIXTURE = 0.032;
const GRAPHS_OF_SPREAD_MIXTURE = 0.055;
/** Sequences up to which more of them mean more graphs. */
const CAPTURED_SEQUENCES = 256;

/** Copies of the logits that live at once while sampling, in bytes for each sequence and word: logs fit 38.4 to 39.6. */
const SAMPLER_BYTES = 39.6;
/** What lives beside the peak: hidden states, metadata, pieces that the allocator keeps. */
const BESIDE_PEAK_GIB = 0.25;
/** What the kernels of a recurrence took outside torch in release 0.18, and not before or after. */
const RECURRENCE_GIB = 2;
/** The largest vocabulary in the catalog, for a model whose own is not known. */
const LARGEST_VOCABULARY = 262_144;

/** What a promise allows for: never less than the published rules, and never less than what logs show. */
export function overhead(model: Model, limits: StartLimits): Overhead {
  return {
    activationGiB: activation(model, limits),
    nonTorchGiB: nonTorch(model, limits),
    // Small models were seen to take up to 0.6.
    graphsGiB: Math.max(0.6, captured(model, limits)),
  };
}

/** Graphs of all layers of a GPU; they are captured for steps of up to twice as many tokens as sequences. */
export function captured(model: Model, { maxSequences, spread }: StartLimits): number {
  const sizes = Math.min(1, maxSequences / CAPTURED_SEQUENCES);
  const each = !model.moe
    ? GRAPHS_OF_LAYER
    : spreadGpus(spread) > 1
      ? GRAPHS_OF_SPREAD_MIXTURE
      : GRAPHS_OF_MIXTURE;
  return layersOf(model, spread) * each * sizes;
}

/**
 * The same by releases of 2025, which captured up to 512 whatever the sequences, outside of what is requested: mixtures
 * over several GPUs ended so at 10 % left of 22 GiB (vLLM issue 17469) and of 79 (18446).
 */
export function capturedOutside(model: Model, { spread }: Pick<StartLimits, 'spread'>): number {
  const mixture = model.moe && spreadGpus(spread) > 1;
  return layersOf(model, spread) * (mixture ? 0.075 : model.moe ? GRAPHS_OF_MIXTURE : GRAPHS_OF_LAYER);
}

const layersOf = ({ layers }: Model, spread: Spread): number => layers * stageShare(layers, spread);

/** The peak of a dummy run: its forward pass with images, or its sampler; never less than KAITO's rule. */
function activation(model: Model, limits: StartLimits): number {
  const images = model.multimodal ? encoderGiB(model, limits) : 0;
  const pass = forward(model, limits) + images;
  const sampling = sampler(model, limits.maxSequences);
  // The experts of a mixture keep their workspace while it samples.
  const peak = model.moe ? pass + sampling : Math.max(pass, sampling);
  return Math.max(1.7 + images, peak + BESIDE_PEAK_GIB);
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
function nonTorch(model: Model, limits: StartLimits): number {
  const recurrence = model.cache.some(({ kind }) => kind === 'state') ? RECURRENCE_GIB : 0;
  return recurrence + exchange(model, limits);
}

function exchange(model: Model, { batchedTokens, spread }: StartLimits): number {
  if (spreadGpus(spread) === 1) return 0.6;
  const latent = model.cache.some(({ kind }) => kind === 'mla');
  if (model.moe && latent) return batchedTokens >= 8192 ? 7 : 4;
  if (model.moe) return 2;
  return spread.tensorParallel >= 8 ? 1.5 : 1;
}
