import {
  type FormatGroup,
  findModel,
  findQuantized,
  type Model,
  type ParameterGroup,
  type WeightFormat,
} from './models';
import { foreignFormat, sameNamed, spelled } from './spelled';

/** What a name on the hub stands for: a shape, and the format of its weights. */
export interface Checkpoint {
  /** As asked. */
  readonly id: string;
  readonly model: Model;
  /** Groups that are not at 16 bits, as they weigh most. */
  readonly format: readonly FormatGroup[];
  /** The same as they weigh least: differs where only the name tells the format. */
  readonly lightest: readonly FormatGroup[];
  /** Nobody has read its quantization block: the format follows from the name. */
  readonly assumed: boolean;
  /** Brings scales for an fp8 cache. */
  readonly fp8Cache: boolean;
  /** Quantized by the engine, out of weights that it loads at 16 bits first. */
  readonly madeAtLoad: boolean;
  /** Nobody knows how many of its 4-bit integers share a scale: 128, or as few as 32. */
  readonly groupsUnknown?: true;
  /** Size of its files, where known. */
  readonly checkpointGiB?: number;
  /** Size of its towers for images and sound, where counted. */
  readonly towerGiB?: number;
  /** What its config.json says and nobody here understands: nothing of it is promised. */
  readonly notRead?: readonly string[];
}

const LINEAR: readonly ParameterGroup[] = ['attention', 'denseMlp', 'sharedExperts', 'experts'];
const FEED_FORWARD: readonly ParameterGroup[] = ['denseMlp'];
const EXPERTS: readonly ParameterGroup[] = ['experts'];

/** Publishers whose FP8 checkpoints have one scale for each block of 128 by 128. */
const BLOCK_FP8: readonly string[] = ['qwen', 'deepseek-ai', 'minimaxai'];

/**
 * The checkpoint behind a name. One whose name tells a format (`-FP8`, `-AWQ`, `-GPTQ-Int4`, `-NVFP4`, `-bnb-4bit`) is its
 * base in that format, marked as assumed: which layers were left at 16 bits only its own config.json tells. Another
 * publisher's copy of a model has its shape, and is assumed to be at 16 bits.
 */
export function findCheckpoint(id: string): Checkpoint | undefined {
  const known = findQuantized(id);
  if (known) {
    const model = findModel(known.base);
    if (!model) return undefined;
    const { format, fp8Cache, checkpointGiB } = known;
    return {
      ...exact(id, model, format),
      fp8Cache,
      ...(checkpointGiB === undefined ? {} : { checkpointGiB }),
    };
  }
  if (foreignFormat(id)) return undefined;
  const own = findModel(id);
  const { base, method } = spelled(id);
  const model = own ?? findModel(base) ?? sameNamed(id) ?? sameNamed(base);
  if (!model) return undefined;
  if (method !== undefined && method !== 'none') return told(id, model, method);
  const copied = !id.includes('/') || COPIERS.includes(publisherOf(id));
  if (own || (method === undefined && copied)) return published(id, model);
  return { ...exact(id, model, []), assumed: true, lightest: [{ format: 'int4-g128-sym', applies: LINEAR }] };
}

/** A model in the format that a name tells: its own where that is the published one. */
function told(id: string, model: Model, method: string): Checkpoint {
  const format = METHODS[methodOf(method)];
  if (format === undefined || !model.format.some((own) => sameWidth(own.format, format))) {
    return assumed(id, model, method);
  }
  return { ...exact(id, model, model.format), ...filesOf(model), assumed: findModel(id) === undefined };
}

/** A model as its publisher stores it; under a plain name at 16 bits where only the id tells a format. */
function published(id: string, model: Model): Checkpoint {
  const plain = model.id.toLowerCase() !== id.toLowerCase() && spelled(model.id).method !== undefined;
  const format = plain ? [] : model.format;
  return {
    ...exact(id, model, format),
    ...(format.length || !model.format.length ? filesOf(model) : {}),
  };
}

/** Block and channel FP8 weigh the same; so do the 4-bit formats of integers. */
const sameWidth = (a: WeightFormat, b: WeightFormat): boolean =>
  a === b || (a.startsWith('fp8') && b.startsWith('fp8'));

/** A checkpoint quantized by a method that the caller names, such as `fp8` or `awq`; its own when it has one. */
export function quantizedBy(checkpoint: Checkpoint, method: string): Checkpoint {
  if (PLAIN.includes(method.toLowerCase())) return checkpoint;
  if (checkpoint.format.length || checkpoint.model.params === undefined) return checkpoint;
  const name = methodOf(method);
  return { ...assumed(checkpoint.id, checkpoint.model, name), madeAtLoad: name === 'fp8' };
}

/** Whether a method of quantization is one that engines know, priced here or not. */
export function isKnownMethod(method: string): boolean {
  const name = methodOf(method);
  return name in METHODS || UNPRICED.includes(name) || PLAIN.includes(name);
}

const filesOf = ({ checkpointGiB }: Model) => (checkpointGiB === undefined ? {} : { checkpointGiB });

const exact = (id: string, model: Model, format: readonly FormatGroup[]): Checkpoint => ({
  id,
  model,
  format,
  lightest: format,
  assumed: false,
  fp8Cache: false,
  madeAtLoad: false,
});

/** Formats by method; for FP8 the publisher decides between blocks and channels. */
const METHODS: Readonly<Record<string, WeightFormat>> = {
  fp8: 'fp8',
  awq: 'awq-int4-g128',
  gptq: 'gptq-int4-g128',
  int4: 'int4-g128-sym',
  int8: 'int8',
  nvfp4: 'nvfp4',
  mxfp4: 'mxfp4',
};

/** vLLM's spellings. */
const SPELLINGS: Readonly<Record<string, string>> = {
  fp8_per_tensor: 'fp8',
  fp8_per_block: 'fp8',
  fp4: 'nvfp4',
  w4a16: 'int4',
  w8a8: 'int8',
  modelopt: 'fp8',
  modelopt_fp8: 'fp8',
  modelopt_fp4: 'nvfp4',
  awq_marlin: 'awq',
  gptq_marlin: 'gptq',
};

/** Methods whose weights follow from more than the name: as heavy as none, or as light as any. */
const UNPRICED: readonly string[] = [
  'auto-round',
  'bitsandbytes',
  'compressed-tensors',
  'gguf',
  'modelopt_mixed',
  'moe_wna16',
  'quark',
  'torchao',
];

/** No quantization, or what the checkpoint says of itself. */
const PLAIN: readonly string[] = ['auto', 'none', 'bf16', 'bfloat16', 'fp16', 'float16'];

function methodOf(method: string): string {
  const name = method.toLowerCase();
  return SPELLINGS[name] ?? name;
}

/** Publishers whose 4-bit checkpoints have a scale for each 128 numbers. */
const GROUPS_OF_128: readonly string[] = [
  'casperhansen',
  'hugging-quants',
  'kaitchup',
  'modelcloud',
  'neuralmagic',
  'opea',
  'qwen',
  'redhatai',
  'thebloke',
];

function assumed(id: string, model: Model, method: string): Checkpoint {
  const publisher = publisherOf(id);
  const blocks = method === 'fp8' && BLOCK_FP8.includes(publisher) && /-fp8$/i.test(id);
  const format = blocks ? 'fp8-block128' : METHODS[method];
  return {
    id,
    model,
    format: format ? [{ format, applies: leastOf(model, method, publisher) }] : [],
    // A method that nobody can price may be the strongest there is.
    lightest: [{ format: format ?? 'int4-g128-sym', applies: LINEAR }],
    assumed: true,
    madeAtLoad: false,
    fp8Cache: method === 'nvfp4' || (method === 'fp8' && publisher === 'nvidia'),
    ...(GROUPS_OF_128.includes(publisher) || /g?128g?/i.test(id) ? {} : { groupsUnknown: true }),
  };
}

/** What is surely quantized: many checkpoints leave attention, and of a mixture all but the experts, at 16 bits. */
function leastOf({ moe, state }: Model, method: string, publisher: string): readonly ParameterGroup[] {
  if (moe) return EXPERTS;
  // Recurrences in fp8 are their publishers' own: 33.7 GiB of another's Qwen3.6-27B-FP8, and 28.9 of theirs.
  if (state && method === 'fp8' && !BLOCK_FP8.includes(publisher)) return FEED_FORWARD;
  return method === 'nvfp4' || (method === 'fp8' && publisher === 'meta-llama') ? FEED_FORWARD : LINEAR;
}

/** Publishers that give out models of others as they are, under the same name. */
const COPIERS: readonly string[] = ['nousresearch', 'unsloth', 'llm-research', 'lmstudio-community'];

const publisherOf = (id: string): string => id.split('/')[0].toLowerCase();
