import type { Checkpoint, FormatGroup, Model, Parameters, WeightFormat } from '../catalog';
import { expertGpus, GIB, type Range, type Spread, spreadGpus, stageShare } from './units';

/** Bits of one quantized parameter, scales included. */
const BITS: Readonly<Record<WeightFormat, number>> = {
  fp8: 8,
  'fp8-block128': 8.002,
  int8: 8,
  'awq-int4-g128': 4.156,
  'gptq-int4-g128': 4.156,
  'int4-g128-sym': 4.125,
  'int4-g32': 4.5,
  mxfp4: 4.25,
  nvfp4: 4.5,
};

const FOUR_BIT_INTEGERS: readonly WeightFormat[] = ['awq-int4-g128', 'gptq-int4-g128', 'int4-g128-sym'];

/** What logs show a vision tower to take; engines put it whole on each GPU. */
const VISION_GIB = 1.3;

/** Whether a checkpoint has weights of one of these formats. */
export const hasFormat = ({ format }: Checkpoint, ...formats: readonly WeightFormat[]): boolean =>
  format.some((group) => formats.includes(group.format));

/** GiB of all parameters in their formats. */
export function weightsGiB(params: Parameters, format: readonly FormatGroup[]): number {
  return Object.entries(params).reduce((sum, [group, count]) => sum + gib(count, group, format), 0);
}

function gib(count: number, group: string, format: readonly FormatGroup[]): number {
  const of = format.find(({ applies }) => applies.includes(group));
  return (count * (of ? BITS[of.format] : 16)) / 8 / GIB;
}

/** GiB of weights on the fullest GPU. */
export function weightsPerGpu(
  checkpoint: Checkpoint,
  spread: Spread,
  computeCapability: number | undefined,
  dtype?: string,
): Range {
  const range = atSixteenBits(checkpoint, spread, computeCapability);
  // Twice as wide, and no published format computes in it.
  return isFloat32(dtype) ? { careful: 2 * range.careful, least: 2 * range.least } : range;
}

/** Whether vLLM's `dtype` asks for 32 bits. */
export const isFloat32 = (dtype: string | undefined): boolean => /^float(32)?$/.test(dtype ?? '');

function atSixteenBits(checkpoint: Checkpoint, spread: Spread, computeCapability: number | undefined): Range {
  const { model, format, lightest, checkpointGiB } = checkpoint;
  const gpus = spreadGpus(spread);
  if (!model.params) {
    // Only the size of the files is known, a vision tower included, and not which part of it each rank holds.
    const files = model.checkpointGiB ?? Number.POSITIVE_INFINITY;
    const perRank = gpus / (spread.dataParallel ?? 1);
    return {
      careful: (files / perRank) * 1.02 + (model.multimodal ? VISION_GIB : 0),
      least: Math.max(0, files - VISION_GIB) / gpus,
    };
  }
  const whole = weightsGiB(model.params, format);
  const tower = model.multimodal
    ? Math.max(VISION_GIB, (checkpointGiB ?? 0) - whole, checkpoint.towerGiB || 0)
    : 0;
  const divided = dividedGiB(checkpoint, model.params, spread);
  return {
    careful:
      divided * 1.02 * loadFactor(checkpoint, computeCapability) + replicatedGiB(checkpoint, spread) + tower,
    // Some checkpoints quantize lm_head too.
    least: leastGiB(model.params, lightest, spread) * 0.99,
  };
}

/** Everything over all GPUs, but for attention: each rank of data parallelism holds its own. */
function leastGiB(params: Parameters, format: readonly FormatGroup[], spread: Spread): number {
  const { dataParallel = 1 } = spread;
  const copies = gib(params.attention ?? 0, 'attention', format) * (dataParallel - 1);
  return (weightsGiB(params, format) + copies) / spreadGpus(spread);
}

/** Norms and routers stay whole; of a pipeline each stage may hold all embeddings. */
function dividedGiB(checkpoint: Checkpoint, params: Parameters, spread: Spread): number {
  const { model, format } = checkpoint;
  const { tensorParallel: tp, dataParallel = 1, expertParallel } = spread;
  const share = stageShare(model.layers, spread);
  let sum = 0;
  for (const [group, count] of Object.entries(params)) {
    const all = gib(count, group, format) * finer(checkpoint, group);
    if (group === 'embeddings') sum += all / tp;
    else if (group === 'other') sum += all * share;
    else if (group === 'experts' && model.moe) sum += all * share * expertShare(model.moe, spread);
    // The tokens of a step are divided among the GPUs of a rank, each of which then needs the shared experts whole.
    else if (group === 'sharedExperts' && expertParallel && tp > 1 && dataParallel > 1) sum += all * share;
    else sum += (all * share) / tp;
  }
  return sum;
}

/** Part of all experts that the fullest GPU holds: whole ones, or a slice of each. */
function expertShare({ experts, moeLayers }: NonNullable<Model['moe']>, spread: Spread): number {
  const gpus = expertGpus(spread);
  if (!spread.expertParallel) return 1 / gpus;
  const { redundantExperts } = spread;
  const held = Math.ceil((experts + (redundantExperts ?? 0)) / gpus);
  // While experts move, those of one layer are there twice.
  const moving = redundantExperts === undefined ? 0 : held / (moeLayers ?? 1);
  return (held + moving) / experts;
}

/** How much more 4-bit integers weigh if each 32 share a scale, where that may be. */
function finer({ format, groupsUnknown }: Checkpoint, group: string): number {
  const of = format.find(({ applies }) => applies.includes(group));
  if (!groupsUnknown || !of || !FOUR_BIT_INTEGERS.includes(of.format)) return 1;
  return BITS['int4-g32'] / BITS[of.format];
}

/** Heads of keys and values that more than one GPU must hold. */
function replicatedGiB({ model }: Checkpoint, spread: Spread): number {
  const { tensorParallel: tp } = spread;
  if (tp <= model.kvHeads || model.cache.some(({ kind }) => kind === 'mla')) return 0;
  const layers = model.layers * stageShare(model.layers, spread);
  return ((1 - model.kvHeads / tp) * 2 * model.hiddenSize * model.headDim * layers * 2) / GIB;
}

/** How much larger than their files weights were seen to load: padding and repacking for the kernels of a card. */
function loadFactor(checkpoint: Checkpoint, computeCapability: number | undefined): number {
  const { model } = checkpoint;
  const recurs = model.cache.some(({ kind }) => kind === 'state');
  // Gates of recurrences stay at 16 bits in layers that names call quantized: 19.8 GiB for 19.1 of Qwen3.5-27B.
  if (checkpoint.assumed && recurs && hasFormat(checkpoint, ...FOUR_BIT_INTEGERS)) return 1.06;
  if (hasFormat(checkpoint, 'mxfp4')) return (computeCapability ?? 0) < 9 ? 1.13 : 1.06;
  const latent = model.cache.some(({ kind }) => kind === 'mla');
  if (hasFormat(checkpoint, 'nvfp4')) return latent ? 1.06 : model.moe ? 1.03 : 1.01;
  if (hasFormat(checkpoint, 'fp8', 'fp8-block128')) {
    if (latent) return 1.07;
    return (computeCapability ?? 0) < 8.9 ? 1.06 : 1;
  }
  return 1;
}
