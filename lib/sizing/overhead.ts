import type { Model } from '../catalog';
import { GIB, type Spread } from './units';

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

/** Less than this was never seen, so what does not fit with it does not fit. */
export const LEAST_OVERHEAD_GIB = 0.8;

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
    graphsGiB: Math.max(0.6, 0.05 * weightsGiB),
  };
}

function activation(model: Model, limits: StartLimits): number {
  const { batchedTokens, maxSequences, visibleGiB } = limits;
  const large = batchedTokens >= 8192 || maxSequences > 256;
  const images = model.multimodal ? 3 : 0;
  const routing = model.moe && large && visibleGiB >= 70 ? 3 : 0;
  const rule = 1.7 + (large ? 1.5 : 0) + Math.max(images, routing);
  return Math.max(rule, forward(model, limits) + sampler(model, maxSequences) + images);
}

/** Peak of one step through the widest layer. */
function forward(model: Model, { batchedTokens, spread }: StartLimits): number {
  const { moe, hiddenSize } = model;
  const { tensorParallel: tp, expertParallel } = spread;
  const inner = Math.max(
    model.intermediateSize ?? (moe ? 0 : 6 * hiddenSize),
    moe?.denseIntermediateSize ?? 0,
    moe?.sharedIntermediateSize ?? 0,
  );
  const dense = (3 * inner) / tp + 4 * hiddenSize;
  const routed = moe
    ? moe.expertsPerToken * ((3 * moe.moeIntermediateSize) / (expertParallel ? 1 : tp) + 2 * hiddenSize)
    : 0;
  return (batchedTokens * (dense + routed) * 2) / GIB;
}

function sampler({ kind, vocabSize = LARGEST_VOCABULARY }: Model, maxSequences: number): number {
  return kind === 'generate' ? (maxSequences * vocabSize * SAMPLER_BYTES) / GIB : 0;
}

/** The CUDA context, and buffers of the exchange between GPUs: most in mixtures, by far most in DeepSeek's. */
function nonTorch(model: Model, { batchedTokens, spread }: StartLimits): number {
  if (spread.tensorParallel * (spread.pipelineParallel ?? 1) === 1) return 0.6;
  const latent = model.cache.some(({ kind }) => kind === 'mla');
  if (model.moe && latent) return batchedTokens >= 8192 ? 7 : 4;
  if (model.moe) return 2;
  return spread.tensorParallel >= 8 ? 1.5 : 1;
}
