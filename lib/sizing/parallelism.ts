import type { Checkpoint, Model } from '../catalog';
import type { StartFault } from './fault';
import type { Spread } from './units';
import { hasFormat } from './weights';

/** Sizes that are looked through for a repair. */
const SIZES: readonly number[] = [1, 2, 4, 5, 8, 10, 16];
const FP8_BLOCK = 128;

/** What keeps a model from being spread so. */
export function parallelismFaults(checkpoint: Checkpoint, spread: Spread): readonly StartFault[] {
  const faults = [headFault(checkpoint.model, spread), sliceFault(checkpoint, spread)];
  const stages = stageFault(checkpoint.model, spread);
  return [
    ...faults
      .filter((fault) => fault !== undefined)
      .map((fault) => ({ ...fault, fix: `${fault.fix}${legal(checkpoint, spread)}` })),
    ...(stages ? [stages] : []),
  ];
}

/** Layers that cannot be shared out over so many nodes. */
function stageFault({ id, layers, cache }: Model, { pipelineParallel = 1 }: Spread): StartFault | undefined {
  if (pipelineParallel === 1) return undefined;
  if (cache.every(({ kind }) => kind === 'encoder')) {
    return {
      what: `the encoder ${id} over ${pipelineParallel} nodes`,
      why: 'vLLM shares out the layers of models that generate, and encoders are small',
      fix: 'delete nodes',
      certain: true,
    };
  }
  if (pipelineParallel <= layers) return undefined;
  return {
    what: `the ${layers} layers of ${id} over ${pipelineParallel} nodes`,
    why: 'each node holds at least one layer: the engine ends at its start',
    fix: `use ${layers} nodes at most`,
    certain: true,
  };
}

function legal(checkpoint: Checkpoint, spread: Spread): string {
  const sizes = SIZES.filter((tensorParallel) => {
    const other = { ...spread, tensorParallel };
    return !headFault(checkpoint.model, other) && !sliceFault(checkpoint, other);
  });
  return sizes.join(', ');
}

function headFault(
  { id, heads, kvHeads, cache }: Model,
  { tensorParallel: tp }: Spread,
): StartFault | undefined {
  const encoder = cache.every(({ kind }) => kind === 'encoder');
  if (encoder) {
    if (tp === 1) return undefined;
    return {
      what: `tensor parallel ${tp} of the encoder ${id}`,
      why: 'encoders are small and were not seen spread over GPUs',
      fix: 'use tensor parallel ',
      certain: false,
    };
  }
  if (heads % tp !== 0) {
    return {
      what: `tensor parallel ${tp} does not divide the ${heads} attention heads of ${id}`,
      why: `vLLM refuses: 'Total number of attention heads (${heads}) must be divisible by tensor parallel size (${tp}).'`,
      fix: 'use tensor parallel ',
      certain: true,
    };
  }
  const latent = cache.some(({ kind }) => kind === 'mla');
  const odd = latent
    ? undefined
    : [kvHeads, ...cache.flatMap((group) => ('kvHeads' in group ? [group.kvHeads] : []))].find(
        (count) => count % tp !== 0 && tp % count !== 0,
      );
  if (odd === undefined) return undefined;
  return {
    what: `tensor parallel ${tp} neither divides the ${odd} key-value heads of ${id} nor is a multiple of them`,
    why: 'each GPU needs the same number of key-value heads, or a copy of one: the engine ends at its start',
    fix: 'use tensor parallel ',
    certain: true,
  };
}

/** Slices of feed-forward layers against the blocks and groups of a quantized checkpoint. */
function sliceFault(checkpoint: Checkpoint, spread: Spread): StartFault | undefined {
  const { id, assumed } = checkpoint;
  const { tensorParallel: tp, expertParallel = false } = spread;
  if (tp === 1) return undefined;
  const blocks = hasFormat(checkpoint, 'fp8-block128');
  const groups = hasFormat(checkpoint, 'awq-int4-g128', 'gptq-int4-g128', 'int4-g128-sym');
  if (!blocks && !groups) return undefined;
  const wide = widths(checkpoint.model, expertParallel)
    .map((width) => paddedWidth(checkpoint, width))
    .find((width) => (width / tp) % FP8_BLOCK !== 0);
  if (wide === undefined) return undefined;
  const slice = wide / tp;
  const helps =
    !expertParallel && !widths(checkpoint.model, true).some((width) => (width / tp) % FP8_BLOCK !== 0);
  return {
    what: `tensor parallel ${tp} cuts the ${wide} columns of ${id}'s feed-forward layers into ${slice}`,
    why: blocks
      ? `its FP8 weights have a scale for each block of ${FP8_BLOCK}, and ${slice} is no multiple: the engine ends at its start`
      : `its 4-bit weights come in groups of ${FP8_BLOCK}, and ${slice} is no multiple: the engine ends at its start`,
    fix: `${helps ? 'keep experts whole (--enable-expert-parallel), or ' : ''}use tensor parallel `,
    // Publishers of 4-bit weights pad layers that would not divide.
    certain: blocks || !assumed,
  };
}

/** Qwen published its 4-bit checkpoints of 72B with wider layers, so that eight GPUs divide them. */
const paddedWidth = ({ id }: Checkpoint, width: number): number =>
  width === 29_568 && /^qwen\/.*-(awq|gptq)/i.test(id) ? 29_696 : width;

/** Widths of the feed-forward layers that tensor parallelism cuts. */
function widths({ intermediateSize, moe }: Model, expertParallel: boolean): readonly number[] {
  if (!moe) return intermediateSize === undefined ? [] : [intermediateSize];
  const dense = moe.denseIntermediateSize ?? (moe.denseLayers ? intermediateSize : undefined);
  return [
    ...(expertParallel ? [] : [moe.moeIntermediateSize]),
    ...(moe.sharedExperts && moe.sharedIntermediateSize ? [moe.sharedIntermediateSize] : []),
    ...(dense ? [dense] : []),
  ];
}
