import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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

/** A Llama-shaped model, with its parameters counted: gated feed-forward, no biases, lm_head of its own. */
function llamaLike(
  row: Pick<SourceModel, 'id' | 'aliases' | 'architecture' | 'layers' | 'hiddenSize' | 'heads' | 'kvHeads'> &
    Pick<SourceModel, 'maxPositionEmbeddings' | 'dtype' | 'source'> & {
      readonly intermediateSize: number;
      readonly vocabSize: number;
    },
): SourceModel {
  const { layers, hiddenSize, heads, kvHeads, intermediateSize, vocabSize } = row;
  const headDim = hiddenSize / heads;
  return {
    ...row,
    kind: 'generate',
    headDim,
    moe: null,
    mla: null,
    kvGroups: [{ kind: 'full', layers, kvHeads, headDim }],
    params: {
      attention: layers * hiddenSize * headDim * 2 * (heads + kvHeads),
      denseMlp: layers * 3 * hiddenSize * intermediateSize,
      sharedExperts: 0,
      experts: 0,
      embeddings: 2 * vocabSize * hiddenSize,
      other: (2 * layers + 1) * hiddenSize,
    },
  };
}

/** Models that people still name and the collected data lacks. */
const ADDED: readonly SourceModel[] = [
  llamaLike({
    id: 'meta-llama/Llama-2-7b-chat-hf',
    aliases: ['meta-llama/Llama-2-7b-hf'],
    architecture: 'LlamaForCausalLM',
    layers: 32,
    hiddenSize: 4096,
    heads: 32,
    kvHeads: 32,
    intermediateSize: 11_008,
    vocabSize: 32_000,
    maxPositionEmbeddings: 4096,
    dtype: 'float16',
    source: 'Lightning-AI/litgpt litgpt/config.py entry Llama-2-7b{}-hf',
  }),
  llamaLike({
    id: 'mistralai/Codestral-22B-v0.1',
    architecture: 'MistralForCausalLM',
    layers: 56,
    hiddenSize: 6144,
    heads: 48,
    kvHeads: 8,
    intermediateSize: 16_384,
    vocabSize: 32_768,
    maxPositionEmbeddings: 32_768,
    dtype: 'bfloat16',
    source: 'shape quoted in public repositories; counts to the 22.2 billion that its publisher states',
  }),
];

/** The same shape under a name that the source leaves out. */
const SAME_SHAPE: Readonly<Record<string, readonly string[]>> = {
  'BAAI/bge-large-en': ['BAAI/bge-large-en-v1.5'],
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
const comment =
  'Generated by scripts/import-models.ts; do not edit. Shapes from the config.json that each source names, ' +
  'parameters counted from them. params: attention, dense feed-forward, shared experts, experts, embeddings with ' +
  'lm_head, other. state: of one sequence, bytes of the convolution at 16 bits and elements of the recurrence.';
const out = `{
  "$comment": ${JSON.stringify(comment)},
  "assembled": ${JSON.stringify(source.assembled)},
  "models": ${lines([...source.models, ...ADDED].map(modelRow))},
  "quantized": ${lines(source.quantizedVariants.map(variantRow))}
}
`;
writeFileSync(join(__dirname, '..', 'lib', 'catalog', 'data', 'models.json'), out);
process.stdout.write(
  `${source.models.length + ADDED.length} models, ${source.quantizedVariants.length} quantized\n`,
);
