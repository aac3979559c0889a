import {
  type Checkpoint,
  findCard,
  findCheckpoint,
  foreignFormat,
  type GpuCard,
  instances,
  isKnownMethod,
  modelNames,
  namedCard,
  namedCards,
  otherMaker,
  quantizedBy,
} from '../catalog';
import { didYouMean, nearest } from '../core/nearest';
import { type EngineBatch, engineBatch, migMemoryGiB, mostMigMemoryGiB, placeMig } from '../sizing';
import type { Call } from './command';
import { checkpointFrom } from './fit-config';
import { WrongCall } from './wrong-call';

/** What `nexus fit` was asked, judged. */
export interface FitCall {
  readonly checkpoint: Checkpoint;
  /** One kind of card; absent means every one. */
  readonly card?: Card;
  /** Of one node; absent means all cards of it. */
  readonly count?: number;
  /** Nodes of ranks. */
  readonly nodes: number;
  readonly dataParallel: number;
  readonly redundantExperts?: number;
  readonly pipelineParallel: number;
  /** vLLM's `dtype`, where it was said. */
  readonly dtype?: string;
  readonly context: number;
  readonly utilization: number;
  /** Absent means the engine's own number, which depends on the card. */
  readonly batchedTokens?: number;
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
  /** The most that it may be. */
  readonly mostVisibleGiB: number;
  /** No log shows what CUDA hands out of it. */
  readonly estimated?: boolean;
  readonly computeCapability?: number;
  /** The slice of it, such as `3g.40gb`. */
  readonly mig?: string;
}

type Options = Call['options'];

/** Read a call, or throw a `WrongCall` that names the first fault. */
export function readFitCall({ names, options }: Call, cwd: string): FitCall {
  const config = text(options, 'config');
  if (names.length !== 1 && !(config && names.length === 0)) {
    throw new WrongCall('name one model, such as Qwen/Qwen3-32B');
  }
  const found = config === undefined ? known(names[0]) : checkpointFrom(config, cwd, names[0]);
  const checkpoint = quantized(found, options);
  const count = whole(options, 'count');
  const card = cardOf(options);
  const context = whole(options, 'context') ?? checkpoint.model.maxContext;
  const batchedTokens = whole(options, 'batched-tokens');
  const maxSequences = whole(options, 'sequences');
  const dtype = dtypeOf(options);
  const ranks = ranksOf(options, count ?? (card ? 1 : undefined));
  const both = batchedTokens !== undefined && maxSequences !== undefined;
  if (!card && both && batchedTokens < maxSequences) {
    throw new WrongCall(
      `--batched-tokens is ${batchedTokens}, below --sequences, ${maxSequences}: vLLM refuses that`,
    );
  }
  if (card?.mig && (count ?? 1) > 1) {
    throw new WrongCall(`--count is ${count}: slices of MIG cannot share a model, they see no other`);
  }
  return {
    checkpoint,
    ...(card ? { card, count: count ?? 1 } : count === undefined ? {} : { count }),
    ...(dtype ? { dtype } : {}),
    ...ranks,
    pipelineParallel: whole(options, 'pipeline') ?? 1,
    context,
    utilization: utilizationOf(options),
    ...(batchedTokens === undefined ? {} : { batchedTokens }),
    ...(maxSequences === undefined ? {} : { maxSequences }),
    fp8Cache: fp8Of(options),
    expertParallel: options['expert-parallel'] === true,
    region: regionOf(options),
  };
}

/** Ranks, and the nodes that they are on: those of a pipeline have none. */
function ranksOf(options: Options, count: number | undefined) {
  const nodes = whole(options, 'nodes') ?? 1;
  const dataParallel = whole(options, 'data-parallel') ?? 1;
  const redundantExperts = whole(options, 'redundant-experts', 0);
  if (nodes > 1 && (dataParallel === 1 || options.pipeline !== undefined)) {
    throw new WrongCall('--nodes is for ranks (--data-parallel); layers are shared out by --pipeline');
  }
  if (count !== undefined && !divides(dataParallel, count, nodes)) {
    throw new WrongCall(
      `--data-parallel is ${dataParallel}: it does not divide ${nodes > 1 ? `${nodes} nodes of ` : ''}${count} GPUs evenly`,
    );
  }
  if (redundantExperts !== undefined && options['expert-parallel'] !== true) {
    throw new WrongCall(
      '--redundant-experts needs --expert-parallel: experts that are cut are nowhere whole',
    );
  }
  return { nodes, dataParallel, ...(redundantExperts === undefined ? {} : { redundantExperts }) };
}

/** Whether ranks get equal parts of the GPUs, each on one node. */
export const divides = (ranks: number, count: number, nodes: number): boolean =>
  ranks === 1 || ((count * nodes) % ranks === 0 && ranks % nodes === 0);

function known(name: string): Checkpoint {
  const found = findCheckpoint(name);
  if (found) return found;
  const foreign = foreignFormat(name);
  if (foreign) {
    throw new WrongCall(
      `'${name}' is ${foreign}: no engine here serves it; fix: name the model itself, or its AWQ, GPTQ or FP8 checkpoint`,
    );
  }
  const meant = nearest(name, modelNames());
  throw new WrongCall(
    `no model '${name}' here${meant === undefined ? '' : `; nearest '${meant}'`}; or describe it inline: --config <config.json>`,
  );
}

function quantized(found: Checkpoint, options: Options): Checkpoint {
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
  const capability = positive(options, 'compute-capability');
  const told = memory === undefined ? undefined : toldMemory(memory);
  const able = capability === undefined ? {} : { computeCapability: capability };
  if (name === undefined) {
    if (text(options, 'mig') === undefined) return told && { ...told, ...able };
    throw new WrongCall('--mig needs --gpu: slices are cut out of a card');
  }
  const card = findCard(name);
  const maker = otherMaker(name);
  if (!card && maker) {
    throw new WrongCall(
      `the GPU '${name}' is made by ${maker}: what its engines take is not known here, only NVIDIA's cards are`,
    );
  }
  if (!card) {
    const names = namedCards().map((known) => known.name);
    const near = didYouMean(name, names) || `: there are ${names.join(', ')}; or say --gpu-memory-gib`;
    throw new WrongCall(`no GPU '${name}' here${near}`);
  }
  return { ...card, ...told, ...able, ...sliceOf(card.name, options) };
}

/** Sizes that some cards are sold with and fall far short of: T4, L4, L40S, B200, B300. */
const SHORT: readonly number[] = [16, 24, 48, 192, 288];

/** How far below its name the memory of a card was seen to be: HBM cards little, slices and small ones more. */
const nominal = (gib: number): number => gib * (SHORT.includes(gib) ? 0.91 : gib >= 80 ? 0.97 : 0.95);

/** A round number is what a card is sold with; what CUDA shows has decimals. */
function toldMemory(gib: number) {
  const round = Number.isInteger(gib);
  return { visibleGiB: round ? nominal(gib) : gib, mostVisibleGiB: gib, estimated: round };
}

function sliceOf(gpu: string, options: Options): Partial<Card> {
  const mig = text(options, 'mig');
  if (mig === undefined) return {};
  const memory = migMemoryGiB(gpu, mig);
  if (memory !== undefined) return { visibleGiB: memory, mostVisibleGiB: mostMigMemoryGiB(memory), mig };
  const placed = placeMig(gpu, [mig]);
  throw new WrongCall('fault' in placed ? `${placed.fault.what}; ${placed.fault.fix}` : `no slice '${mig}'`);
}

/** A card of the catalog. */
export const cardFrom = (gpu: GpuCard): Card => namedCard(gpu);

/** As servers are started when nobody says: the engine's own numbers for the card, and a text of an encoder in one step. */
export function batchOf({ checkpoint, context, ...asked }: FitCall, card: Card): EngineBatch {
  const own = engineBatch(card);
  const encoder = checkpoint.model.cache.every(({ kind }) => kind === 'encoder');
  const least = Math.max(encoder ? context : 0, asked.maxSequences ?? 0);
  const batchedTokens = asked.batchedTokens ?? Math.max(own.batchedTokens, least);
  return { batchedTokens, maxSequences: asked.maxSequences ?? Math.min(own.maxSequences, batchedTokens) };
}

function utilizationOf(options: Options): number {
  const part = positive(options, 'utilization') ?? 0.92;
  if (part <= 1) return part;
  throw new WrongCall(`--utilization is ${part}: it is a part of the GPU's memory, above 0 and at most 1`);
}

const DTYPES = ['auto', 'half', 'float16', 'bfloat16', 'float', 'float32'];

function dtypeOf(options: Options): string | undefined {
  const dtype = text(options, 'dtype');
  if (dtype === undefined || DTYPES.includes(dtype)) return dtype;
  throw new WrongCall(`--dtype '${dtype}' is none of ${DTYPES.join(', ')}`);
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

function positive(options: Options, name: string, least?: 0): number | undefined {
  const value = text(options, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  const enough = least === undefined ? number > 0 : number >= least;
  if (value.trim() !== '' && Number.isFinite(number) && enough) return number;
  throw new WrongCall(
    `--${name} is '${value}', not a number ${least === undefined ? 'above 0' : `from ${least}`}`,
  );
}

function whole(options: Options, name: string, least?: 0): number | undefined {
  const number = positive(options, name, least);
  if (number === undefined || Number.isInteger(number)) return number;
  throw new WrongCall(`--${name} is '${number}', not a whole number`);
}
