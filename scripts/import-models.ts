import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../lib/catalog';
import { QUANTIZED } from './added-checkpoints';
import type { Added } from './added-model';
import { ADDED } from './added-models';

/**
 * Writes lib/catalog/data/models.json: a line for each model and for each quantized checkpoint, without prose.
 * Usage: npx tsx scripts/import-models.ts <path to the collected models.json>
 */

interface SourceFormat {
  readonly format: string;
  readonly applies: readonly string[];
}

interface SourceModel {
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly kind: string;
  readonly architecture: string;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly intermediateSize: number | null;
  readonly vocabSize: number | null;
  readonly maxPositionEmbeddings: number;
  readonly dtype: string;
  readonly moe: Readonly<Record<string, number>> | null;
  readonly mla: { readonly indexer?: { readonly layers: number } } | null;
  readonly kvGroups: readonly Readonly<Record<string, unknown>>[];
  readonly params: Readonly<Record<string, number | string>> | null;
  readonly checkpoint?: { readonly GiB: number };
  readonly nativeFormat?: readonly SourceFormat[];
  readonly stateBytesPerSequence?: { readonly conv16: number; readonly ssmElements: number };
  readonly notes?: string;
  readonly source: string;
}

interface SourceVariant {
  readonly id: string;
  readonly base: string;
  readonly groups: readonly SourceFormat[];
  readonly kvCacheScheme: string | null;
  readonly checkpointGiB?: number;
  readonly source: string;
}

interface Source {
  readonly assembled: string;
  readonly models: readonly SourceModel[];
  readonly quantizedVariants: readonly SourceVariant[];
}

const GROUPS = ['attention', 'denseMlp', 'sharedExperts', 'experts', 'embeddings', 'other'];

/** Published as INT4 like its successor, though the stored config lacks the block that says so. */
const FORMATS: Readonly<Record<string, readonly SourceFormat[]>> = {
  'moonshotai/Kimi-K2-Thinking': [{ format: 'int4-g32', applies: ['experts'] }],
};

function countedRow({ id, aliases, kind, source, config }: Added): Readonly<Record<string, unknown>> {
  const read = readConfig(config, id);
  if ('faults' in read) throw new Error(`${id}: ${JSON.stringify(read.faults)}`);
  if (read.checkpoint.notRead) throw new Error(`${id}: ${read.checkpoint.notRead.join('; ')}`);
  const { params, format, multimodal, source: _, id: __, state, ...model } = read.checkpoint.model;
  return present({
    id,
    aliases,
    ...model,
    ...(kind ? { kind } : {}),
    state: state && [state.convolutionBytes, state.elements],
    params: params && GROUPS.map((group) => (params as unknown as Readonly<Record<string, number>>)[group]),
    format: format.length ? format : null,
    multimodal: multimodal || null,
    source,
  });
}

/** The same shape and context under a name that the source leaves out. */
const SAME_SHAPE: Readonly<Record<string, readonly string[]>> = {
  'BAAI/bge-large-en': ['BAAI/bge-large-en-v1.5', 'mixedbread-ai/mxbai-embed-large-v1'],
  'BAAI/bge-m3': ['Snowflake/snowflake-arctic-embed-l-v2.0'],
  'meta-llama/Meta-Llama-3-8B-Instruct': ['NousResearch/Hermes-2-Pro-Llama-3-8B'],
  'meta-llama/Llama-3.1-8B-Instruct': [
    'meta-llama/Meta-Llama-3.1-8B',
    'meta-llama/Llama-Guard-3-8B',
    'NousResearch/Hermes-3-Llama-3.1-8B',
    'nvidia/Llama-3.1-Nemotron-Nano-8B-v1',
  ],
  'meta-llama/Llama-3.1-70B-Instruct': [
    'meta-llama/Llama-3.1-70B',
    'meta-llama/Meta-Llama-3.1-70B',
    'nvidia/Llama-3.1-Nemotron-70B-Instruct-HF',
    'NousResearch/Hermes-3-Llama-3.1-70B',
    'NousResearch/Hermes-4-70B',
  ],
  'meta-llama/Llama-3.1-405B-Instruct': [
    'meta-llama/Llama-3.1-405B',
    'meta-llama/Meta-Llama-3.1-405B',
    'NousResearch/Hermes-3-Llama-3.1-405B',
    'NousResearch/Hermes-4-405B',
  ],
  'meta-llama/Llama-3.2-1B-Instruct': ['meta-llama/Llama-3.2-1B', 'meta-llama/Llama-Guard-3-1B'],
  'meta-llama/Llama-3.2-3B-Instruct': ['meta-llama/Llama-3.2-3B'],
  'mistralai/Mistral-7B-Instruct-v0.3': ['mistralai/Mistral-7B-v0.3'],
  'mistralai/Mistral-Large-Instruct-2411': ['mistralai/Mistral-Large-Instruct-2407'],
  'Qwen/Qwen2.5-1.5B-Instruct': ['Qwen/Qwen2.5-Coder-1.5B-Instruct'],
  'Qwen/Qwen2.5-3B-Instruct': ['Qwen/Qwen2.5-Coder-3B-Instruct'],
  'Qwen/Qwen2.5-14B-Instruct': ['Qwen/Qwen2.5-Coder-14B-Instruct'],
  'Qwen/Qwen3-235B-A22B-Instruct-2507': ['Qwen/Qwen3-235B-A22B-Thinking-2507'],
  'Qwen/Qwen3-VL-32B-Instruct': ['Qwen/Qwen3-VL-32B-Thinking'],
  'Qwen/Qwen3.5-27B': ['Qwen/Qwen3.6-27B'],
  'Qwen/Qwen3-14B': ['NousResearch/Hermes-4-14B'],
  'deepseek-ai/DeepSeek-R1': ['deepseek-ai/DeepSeek-R1-Zero'],
  'deepseek-ai/DeepSeek-V3.1': ['deepseek-ai/DeepSeek-V3.1-Terminus'],
  'deepseek-ai/DeepSeek-V3.2': ['deepseek-ai/DeepSeek-V3.2-Exp'],
  'openai/gpt-oss-20b': ['openai/gpt-oss-safeguard-20b'],
  'openai/gpt-oss-120b': ['openai/gpt-oss-safeguard-120b'],
  'Qwen/Qwen3-Next-80B-A3B-Instruct': ['Qwen/Qwen3-Coder-Next'],
  'Qwen/Qwen3-VL-4B-Instruct': ['Qwen/Qwen3-VL-4B-Thinking'],
  'Qwen/Qwen3-VL-8B-Instruct': ['Qwen/Qwen3-VL-8B-Thinking'],
  'Qwen/Qwen3-VL-30B-A3B-Instruct': ['Qwen/Qwen3-VL-30B-A3B-Thinking'],
  'Qwen/Qwen3-VL-235B-A22B-Instruct': ['Qwen/Qwen3-VL-235B-A22B-Thinking'],
  'Qwen/Qwen3-Embedding-8B': ['Qwen/Qwen3-Reranker-8B'],
  'MiniMaxAI/MiniMax-M2.7': ['MiniMaxAI/MiniMax-M2', 'MiniMaxAI/MiniMax-M2.1'],
  'google/gemma-3-4b-it': ['google/medgemma-4b-it'],
  'google/gemma-3-27b-it': ['google/medgemma-27b-it'],
  'microsoft/Phi-4-mini-instruct': ['microsoft/Phi-4-mini-reasoning'],
};

/** Stored configs of base models: those tuned to follow instructions carry less and need YaRN above it. */
const contextOf = ({ id, maxPositionEmbeddings, notes = '' }: SourceModel): number =>
  id.endsWith('-Instruct') && /Instruct configs? (limits|carry).*32768/.test(notes)
    ? 32_768
    : maxPositionEmbeddings;

const seesImages = ({ architecture, params }: SourceModel): boolean =>
  architecture.endsWith('ForConditionalGeneration') || /vision tower/.test(String(params?.basis ?? ''));

/** Mamba-2 rows give the shape of their state; GDN rows its size. */
function stateOf({ stateBytesPerSequence: state, kvGroups }: SourceModel): readonly number[] | undefined {
  if (state) return [state.conv16, state.ssmElements];
  const mamba = kvGroups.find(({ kind }) => kind === 'mamba2') as
    | Readonly<Record<string, number>>
    | undefined;
  if (!mamba) return undefined;
  const { layers, heads, headDim, stateSize, nGroups, convKernel } = mamba;
  const inner = heads * headDim;
  return [layers * (inner + 2 * nGroups * stateSize) * (convKernel - 1) * 2, layers * inner * stateSize];
}

/** Absent rather than null. */
const present = (entry: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null && value !== undefined));

const cacheOf = ({ kvGroups }: SourceModel) =>
  kvGroups.map(({ kind, layers, kvHeads, headDim, latentDim, window }) =>
    present({
      kind: kind === 'gdn' || kind === 'mamba2' ? 'state' : kind,
      layers,
      kvHeads,
      headDim,
      latentDim,
      window,
    }),
  );

const modelRow = (row: SourceModel) =>
  present({
    id: row.id,
    aliases:
      row.aliases || SAME_SHAPE[row.id] ? [...(row.aliases ?? []), ...(SAME_SHAPE[row.id] ?? [])] : null,
    kind: row.kind,
    architecture: row.architecture,
    layers: row.layers,
    hiddenSize: row.hiddenSize,
    heads: row.heads,
    kvHeads: row.kvHeads,
    headDim: row.headDim,
    intermediateSize: row.intermediateSize,
    vocabSize: row.vocabSize,
    maxContext: contextOf(row),
    dtype: row.dtype,
    moe: row.moe && present(row.moe),
    indexerLayers: row.mla?.indexer?.layers,
    cache: cacheOf(row),
    state: stateOf(row),
    params: row.params && GROUPS.map((group) => row.params?.[group]),
    format: row.nativeFormat ?? FORMATS[row.id],
    checkpointGiB: row.checkpoint?.GiB,
    multimodal: seesImages(row) || null,
    source: row.source,
  });

const variantRow = (row: SourceVariant) =>
  present({
    id: row.id,
    base: row.base,
    format: row.groups,
    fp8Cache: row.kvCacheScheme === 'fp8' || null,
    checkpointGiB: row.checkpointGiB,
    source: row.source,
  });

/** A line for each row, so that a change reads as a change of that row. */
const lines = (rows: readonly unknown[]): string =>
  `[\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`;

const [path] = process.argv.slice(2);
if (!path) {
  process.stderr.write('usage: tsx scripts/import-models.ts <path to models.json>\n');
  process.exit(2);
}
const source = JSON.parse(readFileSync(path, 'utf8')) as Source;
const variants: readonly SourceVariant[] = [...source.quantizedVariants, ...QUANTIZED];
const comment =
  'Generated by scripts/import-models.ts; do not edit. Shapes from the config.json that each source names, ' +
  'parameters counted from them. params: attention, dense feed-forward, shared experts, experts, embeddings with ' +
  'lm_head, other. state: of one sequence, bytes of the convolution at 16 bits and elements of the recurrence.';
const out = `{
  "$comment": ${JSON.stringify(comment)},
  "assembled": ${JSON.stringify(source.assembled)},
  "models": ${lines([...source.models.map(modelRow), ...ADDED.map(countedRow)])},
  "quantized": ${lines(variants.map(variantRow))}
}
`;
writeFileSync(join(__dirname, '..', 'lib', 'catalog', 'data', 'models.json'), out);
process.stdout.write(`${source.models.length + ADDED.length} models, ${variants.length} quantized\n`);
