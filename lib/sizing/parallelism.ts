import type { Checkpoint, Model } from '../catalog';
import type { StartFault } from './fault';
import { expertGpus, type Spread } from './units';
import { hasFormat } from './weights';

/** Sizes that are looked through for a repair. */
const SIZES: readonly number[] = [1, 2, 4, 5, 8, 10, 16];
const FP8_BLOCK = 128;

/** What keeps a model from being spread so. */
export function parallelismFaults(checkpoint: Checkpoint, spread: Spread): readonly StartFault[] {
  const faults = [headFault(checkpoint.model, spread), sliceFault(checkpoint, spread)];
  const others = [stageFault(checkpoint.model, spread), expertFault(checkpoint.model, spread)];
  return [
    ...faults
      .filter((fault) => fault !== undefined)
      .map((fault) => ({ ...fault, fix: repair(fault.fix, legal(checkpoint, spread)) })),
    ...others.filter((fault) => fault !== undefined),
  ];
}

/** Of both what is there. */
const repair = (help: string, sizes: string): string =>
  [help, sizes && `use tensor parallel ${sizes}`].filter((each) => each).join(', or ') ||
  'use another checkpoint of the model';

/** Experts that cannot be shared out whole. */
function expertFault({ id, moe }: Model, spread: Spread): StartFault | undefined {
  if (!spread.expertParallel) return undefined;
  if (!moe) {
    return {
      what: `expert parallel of ${id}, which has no experts`,
      why: "vLLM refuses: 'Number of experts in the model must be greater than 0 when expert parallelism is enabled.'",
      fix: 'leave expertParallel out',
      certain: true,
    };
  }
  const { redundantExperts, evenExperts } = spread;
  const gpus = expertGpus(spread);
  const all = moe.experts + (redundantExperts ?? 0);
  if (all % gpus === 0 || (redundantExperts === undefined && !evenExperts)) return undefined;
  const twice = redundantExperts ? ` and ${redundantExperts} held twice` : '';
  const redundant = Math.ceil(moe.experts / gpus) * gpus - moe.experts || gpus;
  return {
    what: `${gpus} GPUs for the ${moe.experts} experts of ${id}${twice}`,
    why: `each holds as many as every other, and ${all} is no multiple of ${gpus}: the engine ends at its start`,
    fix:
      redundantExperts === undefined
        ? `use a number of GPUs that divides ${moe.experts}`
        : `hold ${redundant} or ${redundant + gpus} of them twice`,
    certain: true,
  };
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
      fix: '',
      certain: false,
    };
  }
  if (heads % tp !== 0) {
    return {
      what: `tensor parallel ${tp} does not divide the ${heads} attention heads of ${id}`,
      why: `vLLM refuses: 'Total number of attention heads (${heads}) must be divisible by tensor parallel size (${tp}).'`,
      fix: '',
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
    fix: '',
    certain: true,
  };
}

/** Slices of feed-forward layers against the blocks and groups of a quantized checkpoint. */
function sliceFault(checkpoint: Checkpoint, spread: Spread): StartFault | undefined {
  const { id, assumed } = checkpoint;
  const { expertParallel = false } = spread;
  const blocks = hasFormat(checkpoint, 'fp8-block128');
  const groups = hasFormat(checkpoint, 'awq-int4-g128', 'gptq-int4-g128', 'int4-g128-sym');
  if (!blocks && !groups) return undefined;
  const uneven = ({ width, by }: Cut) => by > 1 && (width / by) % FP8_BLOCK !== 0;
  const cut = cuts(checkpoint.model, spread)
    .map(({ width, by }) => ({ width: paddedWidth(checkpoint, width), by }))
    .find(uneven);
  if (cut === undefined) return undefined;
  const slice = cut.width / cut.by;
  const helps = !expertParallel && !cuts(checkpoint.model, { ...spread, expertParallel: true }).some(uneven);
  const who =
    cut.by === spread.tensorParallel ? `tensor parallel ${cut.by} cuts` : `the ${cut.by} GPUs of a layer cut`;
  return {
    what: `${who} the ${cut.width} columns of ${id}'s feed-forward layers into ${slice}`,
    why: blocks
      ? `its FP8 weights have a scale for each block of ${FP8_BLOCK}, and ${slice} is no multiple: the engine ends at its start`
      : `its 4-bit weights come in groups of ${FP8_BLOCK}, and ${slice} is no multiple: the engine ends at its start`,
    fix: helps ? 'keep experts whole (expertParallel: true)' : '',
    // Publishers of 4-bit weights pad layers that would not divide.
    certain: blocks || !assumed,
  };
}

/** Qwen published its 4-bit checkpoints of 72B with wider layers, so that eight GPUs divide them. */
const paddedWidth = ({ id }: Checkpoint, width: number): number =>
  width === 29_568 && /^qwen\/.*-(awq|gptq)/i.test(id) ? 29_696 : width;

/** Columns of a feed-forward layer, and how many GPUs each hold a slice of them. */
interface Cut {
  readonly width: number;
  readonly by: number;
}

/** How the feed-forward layers are cut. */
function cuts({ intermediateSize, moe }: Model, spread: Spread): readonly Cut[] {
  const { tensorParallel, dataParallel = 1, expertParallel, denseParallel } = spread;
  const by = denseParallel ?? tensorParallel;
  if (!moe) return intermediateSize === undefined ? [] : [{ width: intermediateSize, by }];
  const dense = moe.denseIntermediateSize ?? (moe.denseLayers ? intermediateSize : undefined);
  // Where GPUs of a rank divide its tokens, each has the shared experts whole.
  const whole = denseParallel === undefined && expertParallel && dataParallel > 1;
  const shared = moe.sharedExperts && !whole ? moe.sharedIntermediateSize : undefined;
  return [
    ...(expertParallel ? [] : [{ width: moe.moeIntermediateSize, by: expertGpus(spread) }]),
    ...(shared ? [{ width: shared, by }] : []),
    ...(dense ? [{ width: dense, by }] : []),
  ];
}
