import {
  type Checkpoint,
  findCheckpoint,
  type GpuCard,
  gpuNames,
  instances,
  isKnownMethod,
  modelNames,
  quantizedBy,
} from '../catalog';
import { didYouMean } from '../core/nearest';
import { visibleGiB } from '../sizing';
import type { Call } from './command';

/** What `nexus fit` was asked, judged. */
export interface FitCall {
  readonly checkpoint: Checkpoint;
  /** One kind of card; absent means every one. */
  readonly card?: Card;
  /** Tensor parallel; absent means all cards of a node. */
  readonly count?: number;
  readonly context: number;
  readonly utilization: number;
  readonly batchedTokens: number;
  /** Absent means the engine's own number, which depends on the card. */
  readonly maxSequences?: number;
  readonly fp8Cache: boolean;
  readonly expertParallel: boolean;
  readonly region: string;
}

/** A card to size for. */
export interface Card {
  /** Absent for one outside the catalog. */
  readonly name?: string;
  readonly visibleGiB: number;
  /** No log shows what CUDA hands out of it. */
  readonly estimated?: boolean;
  readonly computeCapability?: number;
}

/** The call is wrong; its message says how. */
export class WrongCall extends Error {}

type Options = Call['options'];

/** Read a call, or throw a `WrongCall` that names the first fault. */
export function readFitCall({ names, options }: Call): FitCall {
  if (names.length !== 1) throw new WrongCall('name one model, such as Qwen/Qwen3-32B');
  const checkpoint = checkpointOf(names[0], options);
  const count = whole(options, 'count');
  const card = cardOf(options);
  const batchedTokens = whole(options, 'batched-tokens') ?? 8192;
  const maxSequences = whole(options, 'sequences');
  if (maxSequences !== undefined && batchedTokens < maxSequences) {
    throw new WrongCall(
      `--batched-tokens is ${batchedTokens}, below --sequences, ${maxSequences}: vLLM refuses that`,
    );
  }
  return {
    checkpoint,
    ...(card ? { card, count: count ?? 1 } : count === undefined ? {} : { count }),
    context: whole(options, 'context') ?? checkpoint.model.maxContext,
    utilization: utilizationOf(options),
    batchedTokens,
    ...(maxSequences === undefined ? {} : { maxSequences }),
    fp8Cache: fp8Of(options),
    expertParallel: options['expert-parallel'] === true,
    region: regionOf(options),
  };
}

function checkpointOf(name: string, options: Options): Checkpoint {
  const found = findCheckpoint(name);
  if (!found) {
    throw new WrongCall(`no model '${name}' here${didYouMean(name, modelNames())}`);
  }
  const method = text(options, 'quantization');
  if (method === undefined) return found;
  if (!isKnownMethod(method)) {
    throw new WrongCall(
      `--quantization '${method}' is no method: there are fp8, awq, gptq, int4, int8, nvfp4, mxfp4`,
    );
  }
  return quantizedBy(found, method);
}

function cardOf(options: Options): Card | undefined {
  const name = text(options, 'gpu');
  const memory = positive(options, 'gpu-memory-gib');
  if (name === undefined) return memory === undefined ? undefined : { visibleGiB: memory };
  const card = instances().find(
    ({ gpu }) => gpu && gpu.count > 0 && gpu.name.toLowerCase() === name.toLowerCase(),
  );
  if (!card?.gpu) {
    const near = didYouMean(name, gpuNames()) || `: there are ${gpuNames().join(', ')}`;
    throw new WrongCall(`no GPU '${name}' here${near}`);
  }
  return { ...cardFrom(card.gpu), ...(memory === undefined ? {} : { visibleGiB: memory, estimated: false }) };
}

/** A card of the catalog. */
export const cardFrom = (gpu: GpuCard): Card => ({
  name: gpu.name,
  visibleGiB: visibleGiB(gpu),
  estimated: gpu.cudaVisibleMiB === undefined,
  computeCapability: Number(gpu.computeCapability),
});

/** What vLLM works on at once when nobody says: by the size of the card, an A100 excepted. */
export function sequencesOf({ maxSequences, batchedTokens }: FitCall, card: Card): number {
  const large = card.visibleGiB >= 70 && !card.name?.startsWith('A100');
  return maxSequences ?? Math.min(large ? 1024 : 256, batchedTokens);
}

function utilizationOf(options: Options): number {
  const part = positive(options, 'utilization') ?? 0.92;
  if (part <= 1) return part;
  throw new WrongCall(`--utilization is ${part}: it is a part of the GPU's memory, above 0 and at most 1`);
}

const CACHE_FORMATS = ['auto', 'bfloat16', 'float16', 'fp8', 'fp8_e4m3', 'fp8_e5m2'];

function fp8Of(options: Options): boolean {
  const format = text(options, 'kv-cache') ?? 'auto';
  if (CACHE_FORMATS.includes(format)) return format.startsWith('fp8');
  throw new WrongCall(`--kv-cache '${format}' is none of ${CACHE_FORMATS.join(', ')}`);
}

function regionOf(options: Options): string {
  const region = text(options, 'region') ?? 'us-east-1';
  const known = new Set(instances().flatMap(({ prices }) => Object.keys(prices)));
  if (known.has(region)) return region;
  throw new WrongCall(`no prices of region '${region}'${didYouMean(region, known)}`);
}

function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

function positive(options: Options, name: string): number | undefined {
  const value = text(options, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number > 0) return number;
  throw new WrongCall(`--${name} is '${value}', not a number above 0`);
}

function whole(options: Options, name: string): number | undefined {
  const number = positive(options, name);
  if (number === undefined || Number.isInteger(number)) return number;
  throw new WrongCall(`--${name} is '${number}', not a whole number`);
}
