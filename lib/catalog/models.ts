import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Parts of a model that quantizers treat apart; embeddings with lm_head and `other` stay at 16 bits. */
export type ParameterGroup = 'attention' | 'denseMlp' | 'sharedExperts' | 'experts';

/** Number format of weights, as `bitsOf` prices it. */
export type WeightFormat =
  | 'fp8'
  | 'fp8-block128'
  | 'int8'
  | 'awq-int4-g128'
  | 'gptq-int4-g128'
  | 'int4-g128-sym'
  | 'int4-g32'
  | 'mxfp4'
  | 'nvfp4';

/** Groups that are not at 16 bits. */
export interface FormatGroup {
  readonly format: WeightFormat;
  readonly applies: readonly string[];
}

/** Numbers of parameters. */
export interface Parameters {
  readonly attention: number;
  readonly denseMlp: number;
  readonly sharedExperts: number;
  readonly experts: number;
  /** The input embedding, and lm_head where it is not the same. */
  readonly embeddings: number;
  /** Norms, biases, routers. */
  readonly other: number;
}

/** Layers that cache alike. */
export type CacheGroup =
  | { readonly kind: 'full'; readonly layers: number; readonly kvHeads: number; readonly headDim: number }
  | {
      /** Bounded by a window of tokens. */
      readonly kind: 'sliding' | 'chunked';
      readonly layers: number;
      readonly kvHeads: number;
      readonly headDim: number;
      readonly window: number;
    }
  /** One latent for each token, the same on every GPU. */
  | { readonly kind: 'mla'; readonly layers: number; readonly latentDim: number }
  /** A state of fixed size for each sequence: Gated DeltaNet, Mamba. */
  | { readonly kind: 'state'; readonly layers: number }
  | { readonly kind: 'encoder'; readonly layers: number };

export interface MixtureOfExperts {
  readonly experts: number;
  readonly expertsPerToken: number;
  readonly moeIntermediateSize: number;
  readonly moeLayers: number;
  readonly sharedExperts?: number;
  readonly sharedIntermediateSize?: number;
  readonly denseLayers?: number;
  readonly denseIntermediateSize?: number;
}

/** The shape of a model, from its config.json. */
export interface Model {
  /** As the hub spells it. */
  readonly id: string;
  readonly kind: 'generate' | 'embed' | 'rerank';
  readonly architecture: string;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Absent where no config is known, or where every layer has experts. */
  readonly intermediateSize?: number;
  readonly vocabSize?: number;
  /** Tokens that it was made for. */
  readonly maxContext: number;
  readonly dtype: 'bfloat16' | 'float16' | 'float32';
  readonly moe?: MixtureOfExperts;
  /** Layers that keep a key for sparse attention beside their cache. */
  readonly indexerLayers?: number;
  readonly cache: readonly CacheGroup[];
  /** Of one sequence: bytes of convolutions at 16 bits, and elements of the recurrence. */
  readonly state?: { readonly convolutionBytes: number; readonly elements: number };
  /** Absent where only the size of the files is known. */
  readonly params?: Parameters;
  /** Of the published checkpoint; nothing means that all is at 16 bits. */
  readonly format: readonly FormatGroup[];
  /** Size of the published files. */
  readonly checkpointGiB?: number;
  /** Has a tower for images that is not in `params`. */
  readonly multimodal: boolean;
  readonly source: string;
}

/** A published checkpoint of a model in another format. */
export interface QuantizedCheckpoint {
  readonly id: string;
  /** Id of the model. */
  readonly base: string;
  readonly format: readonly FormatGroup[];
  /** Brings scales for an fp8 cache. */
  readonly fp8Cache: boolean;
  readonly checkpointGiB?: number;
}

interface Row extends Omit<Model, 'format' | 'multimodal' | 'params' | 'state'> {
  readonly aliases?: readonly string[];
  readonly state?: readonly [number, number];
  readonly params?: readonly [number, number, number, number, number, number];
  readonly format?: readonly FormatGroup[];
  readonly multimodal?: true;
}

interface Table {
  readonly models: readonly Row[];
  readonly quantized: readonly (Omit<QuantizedCheckpoint, 'fp8Cache'> & { readonly fp8Cache?: true })[];
}

interface Catalog {
  readonly models: readonly Model[];
  /** By id and alias, in small letters. */
  readonly byName: ReadonlyMap<string, Model>;
  readonly quantized: ReadonlyMap<string, QuantizedCheckpoint>;
  readonly names: readonly string[];
}

let catalog: Catalog | undefined;

/** Every known model. Read from disk when somebody first asks. */
export function models(): readonly Model[] {
  return read().models;
}

/** A model by its id, or by another name for the same shape; capital letters do not matter. */
export function findModel(name: string): Model | undefined {
  return read().byName.get(name.toLowerCase());
}

/** A checkpoint whose format is known. */
export function findQuantized(name: string): QuantizedCheckpoint | undefined {
  return read().quantized.get(name.toLowerCase());
}

/** Every name that is known, for finding the nearest. */
export function modelNames(): readonly string[] {
  return read().names;
}

function read(): Catalog {
  if (catalog) return catalog;
  const path = join(__dirname, 'data', 'models.json');
  const table = JSON.parse(readFileSync(path, 'utf8')) as Table;
  const byName = new Map<string, Model>();
  const names: string[] = [];
  const all = table.models.map((row) => {
    const model = modelOf(row);
    for (const name of [row.id, ...(row.aliases ?? [])]) {
      byName.set(name.toLowerCase(), model);
      names.push(name);
    }
    return model;
  });
  const quantized = new Map<string, QuantizedCheckpoint>();
  for (const row of table.quantized) {
    quantized.set(row.id.toLowerCase(), { ...row, fp8Cache: row.fp8Cache ?? false });
    names.push(row.id);
  }
  catalog = { models: all, byName, quantized, names: [...new Set(names)] };
  return catalog;
}

function modelOf({ aliases: _, state, params, format = [], multimodal, ...plain }: Row): Model {
  return {
    ...plain,
    format,
    multimodal: multimodal ?? false,
    ...(state ? { state: { convolutionBytes: state[0], elements: state[1] } } : {}),
    ...(params ? { params: parametersOf(params) } : {}),
  };
}

function parametersOf(row: NonNullable<Row['params']>): Parameters {
  const [attention, denseMlp, sharedExperts, experts, embeddings, other] = row;
  return { attention, denseMlp, sharedExperts, experts, embeddings, other };
}
