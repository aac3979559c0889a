import type { Checkpoint, WeightFormat } from '../catalog';
import type { StartFault } from './fault';

/** Number formats, and the card that is to compute with them. */
export interface Precision {
  readonly checkpoint: Checkpoint;
  /** Such as 8.9; absent where nobody knows the card. */
  readonly computeCapability?: number;
  /**
   * vLLM's `dtype`.
   * @default - the checkpoint's own
   */
  readonly dtype?: string;
  readonly fp8Cache: boolean;
}

/** Oldest compute capability by format, as the pinned vLLM has it. */
const OLDEST: Readonly<Record<WeightFormat, number>> = {
  fp8: 7.5,
  'fp8-block128': 7.5,
  int8: 7.5,
  'awq-int4-g128': 7.5,
  'gptq-int4-g128': 7.5,
  'int4-g128-sym': 7.5,
  'int4-g32': 7.5,
  mxfp4: 8,
  nvfp4: 7.5,
};
const BFLOAT16 = 8;
const FP8_CACHE = 8;

/** What a card cannot compute with. */
export function precisionFaults(precision: Precision): readonly StartFault[] {
  const { computeCapability: capability } = precision;
  if (capability === undefined) return [];
  return [...dtypeFaults(precision, capability), ...formatFaults(precision, capability)];
}

/** Whether a model would compute in bfloat16, or may only. */
function dtypeFaults({ checkpoint, dtype = 'auto' }: Precision, capability: number): StartFault[] {
  const { id, architecture, dtype: own } = checkpoint.model;
  if (capability >= BFLOAT16) return [];
  if (/^Gemma[23]/.test(architecture) && !dtype.startsWith('float32')) {
    return [
      {
        what: `${id} on a card of compute capability ${capability.toFixed(1)}`,
        why: 'the card has no bfloat16, and in float16 the numbers of Gemma 2 and 3 overflow',
        fix: 'use a card of compute capability 8.0 or newer: A10G, L4, A100',
        certain: true,
      },
    ];
  }
  if (dtype !== 'bfloat16' && (dtype !== 'auto' || own !== 'bfloat16')) return [];
  return [
    {
      what: `bfloat16 on a card of compute capability ${capability.toFixed(1)}`,
      why: "vLLM refuses: 'Bfloat16 is only supported on GPUs with compute capability of at least 8.0'",
      fix: "compute in float16 (extraArgs: ['--dtype=half']), or use a newer card: A10G, L4",
      certain: true,
    },
  ];
}

function formatFaults({ checkpoint, fp8Cache }: Precision, capability: number): StartFault[] {
  const faults: StartFault[] = [];
  for (const { format } of checkpoint.format) {
    const tooNew = format === 'int8' && capability >= 10;
    if (capability >= OLDEST[format] && !tooNew) continue;
    faults.push({
      what: `${format} weights on a card of compute capability ${capability.toFixed(1)}`,
      why: tooNew
        ? 'vLLM has no int8 kernels for 10.0 and newer'
        : `vLLM needs ${OLDEST[format].toFixed(1)} or newer for this format`,
      fix: 'serve a checkpoint in another format, or use another card',
      certain: !checkpoint.assumed,
    });
  }
  if (fp8Cache && capability < FP8_CACHE) {
    faults.push({
      what: `an fp8 KV cache on a card of compute capability ${capability.toFixed(1)}`,
      why: 'its kernels need 8.0 or newer; the engine ends at its start',
      fix: 'leave out kvCacheDtype, or use a newer card: A10G, L4',
      certain: true,
    });
  }
  return faults;
}
