import type { Checkpoint, WeightFormat } from '../catalog';
import type { StartFault } from './fault';

/** Number formats, and the card that is to compute with them. */
export interface Precision {
  readonly checkpoint: Checkpoint;
  /** Such as 8.9; absent where nobody knows the card. */
  readonly computeCapability?: number;
  /**
   * vLLM's `dtype`.
   * @default - nothing is said: refused where the card lacks the checkpoint's own
   */
  readonly dtype?: string;
  readonly fp8Cache: boolean;
}

/** Oldest compute capability: below `least` a start is refused, from `sure` on every release since 2025 starts. */
interface Oldest {
  readonly least: number;
  readonly sure: number;
}

const OLDEST: Readonly<Record<WeightFormat, Oldest>> = {
  fp8: { least: 7.5, sure: 8 },
  'fp8-block128': { least: 7.5, sure: 8.9 },
  int8: { least: 7.5, sure: 7.5 },
  'awq-int4-g128': { least: 7.5, sure: 7.5 },
  'gptq-int4-g128': { least: 6, sure: 7.5 },
  'int4-g128-sym': { least: 7.5, sure: 8 },
  'int4-g32': { least: 7.5, sure: 8 },
  mxfp4: { least: 8, sure: 8 },
  nvfp4: { least: 7.5, sure: 8 },
};
const BFLOAT16 = 8;
const FP8_CACHE: Oldest = { least: 8, sure: 8.9 };
/** The kernels of a latent read fp8 on Hopper and newer. */
const FP8_LATENT: Oldest = { least: 8, sure: 9 };
/** Those of attention with sinks, on Blackwell. */
const FP8_SINKS: Oldest = { least: 8, sure: 10 };
/** What a card that nobody knows is taken for: an Ampere, as nearly every one is by now. */
const UNKNOWN = 8;

/** What a card cannot compute with. */
export function precisionFaults(precision: Precision): readonly StartFault[] {
  return [
    ...ageFaults(precision),
    ...dtypeFaults(precision),
    ...formatFaults(precision),
    ...cacheFaults(precision),
    ...sparseFaults(precision),
  ];
}

const onCard = ({ computeCapability }: Precision): string =>
  computeCapability === undefined
    ? 'a card whose compute capability nobody told'
    : `a card of compute capability ${computeCapability.toFixed(1)}`;

/** Oldest card that every release since 2025 has kernels for. */
const OLDEST_CARD: Oldest = { least: 7, sure: 7.5 };

function ageFaults(precision: Precision): StartFault[] {
  const { computeCapability = UNKNOWN } = precision;
  if (computeCapability >= OLDEST_CARD.sure) return [];
  const refused = computeCapability < OLDEST_CARD.least;
  return [
    {
      what: `vLLM on ${onCard(precision)}`,
      why: refused ? 'it needs 7.0 or newer' : 'newer releases have no kernels for it',
      fix: 'use a newer card: T4, A10G, L4',
      certain: refused,
    },
  ];
}

/** Whether a model would compute in bfloat16, or may only. */
function dtypeFaults(precision: Precision): StartFault[] {
  const { checkpoint, dtype, computeCapability = UNKNOWN } = precision;
  const { id, architecture, dtype: own } = checkpoint.model;
  if (computeCapability >= BFLOAT16 || dtype?.startsWith('float32')) return [];
  if (/^Gemma[23]/.test(architecture)) {
    return [
      {
        what: `${id} on ${onCard(precision)}`,
        why: 'the card has no bfloat16, and in float16 the numbers of Gemma 2 and 3 overflow',
        fix: 'use a card of compute capability 8.0 or newer: A10G, L4, A100',
        // Left alone, newer releases compute in float32, which takes twice the memory.
        certain: dtype !== 'auto',
      },
    ];
  }
  if (dtype === 'bfloat16') {
    return [
      {
        what: `bfloat16 on ${onCard(precision)}`,
        why: "vLLM refuses: 'Bfloat16 is only supported on GPUs with compute capability of at least 8.0'",
        fix: "compute in float16 (extraArgs: ['--dtype=half']), or use a newer card: A10G, L4",
        certain: true,
      },
    ];
  }
  if ((dtype !== undefined && dtype !== 'auto') || own !== 'bfloat16') return [];
  return [
    {
      what: `the bfloat16 numbers of ${id} on ${onCard(precision)}`,
      why: 'the card has none: releases before 0.9 refuse to start, and later ones turn to float16 in silence',
      fix: "say that it computes in float16 (extraArgs: ['--dtype=half']), or use a newer card: A10G, L4",
      certain: dtype === undefined,
    },
  ];
}

function formatFaults(precision: Precision): StartFault[] {
  const { checkpoint, computeCapability: capability = UNKNOWN } = precision;
  const faults: StartFault[] = [];
  for (const { format } of checkpoint.format) {
    const { least, sure } = oldestOf(format, checkpoint.id);
    const tooNew = format === 'int8' && capability >= 10;
    if (capability >= sure && !tooNew) continue;
    const refused = tooNew || capability < least;
    faults.push({
      what: `${format} weights on ${onCard(precision)}`,
      why: tooNew
        ? 'vLLM has no int8 kernels for 10.0 and newer'
        : refused
          ? `vLLM needs ${least.toFixed(1)} or newer for this format`
          : `only newer releases of vLLM have kernels of this format below ${sure.toFixed(1)}`,
      fix: 'serve a checkpoint in another format, or use another card',
      certain: refused && !checkpoint.assumed,
    });
  }
  return faults;
}

/** The loader of NVIDIA's own checkpoints asked for fp8 units before it fell back to weights alone. */
const oldestOf = (format: WeightFormat, id: string): Oldest =>
  format === 'fp8' && /^nvidia\//i.test(id) ? { least: 7.5, sure: 8.9 } : OLDEST[format];

function cacheFaults(precision: Precision): StartFault[] {
  const { checkpoint, fp8Cache, computeCapability: capability = UNKNOWN } = precision;
  const { cache, architecture } = checkpoint.model;
  const latent = cache.some(({ kind }) => kind === 'mla');
  const sinks = architecture.startsWith('GptOss');
  const { least, sure } = sinks ? FP8_SINKS : latent ? FP8_LATENT : FP8_CACHE;
  if (!fp8Cache || capability >= sure) return [];
  const refused = capability < least;
  return [
    {
      what: `an fp8 KV cache on ${onCard(precision)}`,
      why: refused
        ? `its kernels need ${least.toFixed(1)} or newer; the engine ends at its start`
        : `not every attention kernel reads fp8 below ${sure.toFixed(1)}`,
      fix: `leave out kvCacheDtype, or use a newer card: ${sinks ? 'B200' : latent ? 'H100, H200' : 'L4, L40S, H100'}`,
      certain: refused,
    },
  ];
}

/** Sparse attention has kernels for Hopper and for the large Blackwell cards. */
function sparseFaults(precision: Precision): StartFault[] {
  const { checkpoint, computeCapability: capability = UNKNOWN } = precision;
  if (!checkpoint.model.indexerLayers || (capability >= 9 && capability < 12)) return [];
  return [
    {
      what: `the sparse attention of ${checkpoint.model.id} on ${onCard(precision)}`,
      why: 'its kernels are written for compute capability 9.0 and 10.x',
      fix: 'use H100, H200, B200 or B300',
      certain: false,
    },
  ];
}
