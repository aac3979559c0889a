import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../lib/catalog';

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

/** A model that people name and the collected data lacks: what its config.json says, counted by our own reader. */
interface Added {
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly source: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const shape = (
  architecture: string,
  [layers, hidden, heads, kvHeads, inner, vocabulary, context]: readonly number[],
  more: Readonly<Record<string, unknown>> = {},
) => ({
  architectures: [architecture],
  num_hidden_layers: layers,
  hidden_size: hidden,
  num_attention_heads: heads,
  num_key_value_heads: kvHeads,
  intermediate_size: inner,
  vocab_size: vocabulary,
  max_position_embeddings: context,
  torch_dtype: 'bfloat16',
  ...more,
});

const LITGPT = (entry: string) =>
  `Lightning-AI/litgpt litgpt/config.py entry ${entry} @ 26857050 (2026-06-29)`;
const AICONFIGURATOR = (file: string) =>
  `ai-dynamo/aiconfigurator aic-core/src/aiconfigurator_core/model_configs/${file}_config.json @ 095f58a5 (2026-08-21), a copy of the Hub config.json`;

const LATENT_GLM5 = {
  kv_lora_rank: 512,
  q_lora_rank: 2048,
  qk_nope_head_dim: 192,
  qk_rope_head_dim: 64,
  v_head_dim: 256,
  index_head_dim: 128,
  index_n_heads: 32,
  first_k_dense_replace: 3,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  moe_intermediate_size: 2048,
};
const QWEN3_MOE = {
  head_dim: 128,
  num_experts: 128,
  num_experts_per_tok: 8,
  moe_intermediate_size: 768,
  decoder_sparse_step: 1,
};

const ADDED: readonly Added[] = [
  {
    id: 'meta-llama/Llama-2-7b-chat-hf',
    aliases: ['meta-llama/Llama-2-7b-hf'],
    source: LITGPT('Llama-2-7b{}-hf'),
    config: shape('LlamaForCausalLM', [32, 4096, 32, 32, 11_008, 32_000, 4096], { torch_dtype: 'float16' }),
  },
  {
    id: 'mistralai/Codestral-22B-v0.1',
    source: 'shape quoted in public repositories; counts to the 22.2 billion that its publisher states',
    config: shape('MistralForCausalLM', [56, 6144, 48, 8, 16_384, 32_768, 32_768]),
  },
  {
    id: 'meta-llama/Llama-2-13b-chat-hf',
    aliases: ['meta-llama/Llama-2-13b-hf'],
    source: LITGPT('Llama-2-13b{}-hf'),
    config: shape('LlamaForCausalLM', [40, 5120, 40, 40, 13_824, 32_000, 4096], { torch_dtype: 'float16' }),
  },
  {
    id: 'meta-llama/Llama-2-70b-chat-hf',
    aliases: ['meta-llama/Llama-2-70b-hf'],
    source: LITGPT('Llama-2-70b{}-hf'),
    config: shape('LlamaForCausalLM', [80, 8192, 64, 8, 28_672, 32_000, 4096], { torch_dtype: 'float16' }),
  },
  {
    id: 'codellama/CodeLlama-34b-Instruct-hf',
    source: LITGPT('CodeLlama-34b-Instruct-hf'),
    config: shape('LlamaForCausalLM', [48, 8192, 64, 8, 22_016, 32_000, 16_384]),
  },
  {
    id: 'mistralai/Mistral-7B-Instruct-v0.2',
    source: LITGPT('Mistral-7B-Instruct-v0.2'),
    config: shape('MistralForCausalLM', [32, 4096, 32, 8, 14_336, 32_000, 32_768]),
  },
  {
    id: 'mistralai/Mistral-Nemo-Instruct-2407',
    aliases: ['mistralai/Mistral-Nemo-Base-2407'],
    source: 'config.json of Mistral-Nemo-Base-2407 quoted in public repositories (file index id 10880025769)',
    config: shape('MistralForCausalLM', [40, 5120, 32, 8, 14_336, 131_072, 128_000], { head_dim: 128 }),
  },
  {
    id: 'microsoft/Phi-3-mini-4k-instruct',
    source: LITGPT('Phi-3-mini-4k-instruct'),
    config: shape('Phi3ForCausalLM', [32, 3072, 32, 32, 8192, 32_064, 4096]),
  },
  {
    id: 'microsoft/Phi-4-reasoning',
    aliases: ['microsoft/Phi-4-reasoning-plus'],
    source: LITGPT('Phi-4-reasoning'),
    config: shape('Phi3ForCausalLM', [40, 5120, 40, 10, 17_920, 100_352, 32_768]),
  },
  {
    id: 'google/gemma-3-1b-it',
    source: `${LITGPT('Gemma-3-1b-it')}; the context as its publisher states it`,
    config: shape('Gemma3ForCausalLM', [26, 1152, 4, 1, 6912, 262_144, 32_768], {
      head_dim: 256,
      sliding_window: 512,
    }),
  },
  {
    id: 'HuggingFaceTB/SmolLM2-1.7B-Instruct',
    source: LITGPT('SmolLM2-1.7B{}'),
    config: shape('LlamaForCausalLM', [24, 2048, 32, 32, 8192, 49_152, 8192], { tie_word_embeddings: true }),
  },
  {
    id: 'tiiuae/Falcon3-7B-Instruct',
    source: LITGPT('Falcon3-7B{}'),
    config: shape('LlamaForCausalLM', [28, 3072, 12, 4, 23_040, 131_072, 32_768], { head_dim: 256 }),
  },
  {
    id: 'tiiuae/Falcon3-10B-Instruct',
    source: LITGPT('Falcon3-10B{}'),
    config: shape('LlamaForCausalLM', [40, 3072, 12, 4, 23_040, 131_072, 32_768], { head_dim: 256 }),
  },
  {
    id: 'Qwen/QwQ-32B',
    source: `${LITGPT('QwQ-32B')}; the context without YaRN`,
    config: shape('Qwen2ForCausalLM', [64, 5120, 40, 8, 27_648, 152_064, 40_960]),
  },
  {
    id: 'deepseek-ai/DeepSeek-R1-Distill-Qwen-7B',
    source: `${LITGPT('Qwen2.5-Math-7B{}')}, which it was distilled into`,
    config: shape('Qwen2ForCausalLM', [28, 3584, 28, 4, 18_944, 152_064, 131_072]),
  },
  {
    id: 'Qwen/Qwen3-4B-Instruct-2507',
    aliases: ['Qwen/Qwen3-4B-Thinking-2507'],
    source: LITGPT('Qwen3-4B-{}-2507'),
    config: shape('Qwen3ForCausalLM', [36, 2560, 32, 8, 9728, 151_936, 262_144], {
      head_dim: 128,
      tie_word_embeddings: true,
    }),
  },
  {
    id: 'Qwen/Qwen3-30B-A3B-Instruct-2507',
    aliases: ['Qwen/Qwen3-30B-A3B-Thinking-2507', 'Qwen/Qwen3-Coder-30B-A3B-Instruct'],
    source: LITGPT('Qwen3-30B-A3B-{}-2507'),
    config: shape('Qwen3MoeForCausalLM', [48, 2048, 32, 4, 6144, 151_936, 262_144], QWEN3_MOE),
  },
  {
    id: 'Qwen/Qwen3-VL-2B-Instruct',
    source: AICONFIGURATOR('Qwen--Qwen3-VL-2B-Instruct'),
    config: {
      ...shape('Qwen3VLForConditionalGeneration', [28, 2048, 16, 8, 6144, 151_936, 262_144], {
        head_dim: 128,
        tie_word_embeddings: true,
      }),
      vision_config: { hidden_size: 1024, depth: 24, intermediate_size: 4096 },
    },
  },
  {
    id: 'zai-org/GLM-5-FP8',
    aliases: ['zai-org/GLM-5.1-FP8'],
    source: AICONFIGURATOR('zai-org--GLM-5-FP8'),
    config: {
      ...shape('GlmMoeDsaForCausalLM', [78, 6144, 64, 64, 12_288, 154_880, 202_752], LATENT_GLM5),
      quantization_config: { quant_method: 'fp8', weight_block_size: [128, 128] },
    },
  },
];

function countedRow({ id, aliases, source, config }: Added): Readonly<Record<string, unknown>> {
  const read = readConfig(config, id);
  if ('faults' in read) throw new Error(`${id}: ${JSON.stringify(read.faults)}`);
  if (read.checkpoint.notRead) throw new Error(`${id}: ${read.checkpoint.notRead.join('; ')}`);
  const { params, format, multimodal, source: _, id: __, state, ...model } = read.checkpoint.model;
  return present({
    id,
    aliases,
    ...model,
    state: state && [state.convolutionBytes, state.elements],
    params: params && GROUPS.map((group) => (params as unknown as Readonly<Record<string, number>>)[group]),
    format: format.length ? format : null,
    multimodal: multimodal || null,
    source,
  });
}

/** The same shape and context under a name that the source leaves out. */
const SAME_SHAPE: Readonly<Record<string, readonly string[]>> = {
  'BAAI/bge-large-en': ['BAAI/bge-large-en-v1.5'],
  'meta-llama/Llama-3.1-8B-Instruct': ['meta-llama/Meta-Llama-3.1-8B'],
  'meta-llama/Llama-3.1-70B-Instruct': [
    'meta-llama/Llama-3.1-70B',
    'meta-llama/Meta-Llama-3.1-70B',
    'nvidia/Llama-3.1-Nemotron-70B-Instruct-HF',
  ],
  'meta-llama/Llama-3.1-405B-Instruct': ['meta-llama/Llama-3.1-405B', 'meta-llama/Meta-Llama-3.1-405B'],
  'meta-llama/Llama-3.2-1B-Instruct': ['meta-llama/Llama-3.2-1B'],
  'meta-llama/Llama-3.2-3B-Instruct': ['meta-llama/Llama-3.2-3B'],
  'mistralai/Mistral-7B-Instruct-v0.3': ['mistralai/Mistral-7B-v0.3'],
  'mistralai/Mistral-Large-Instruct-2411': ['mistralai/Mistral-Large-Instruct-2407'],
  'Qwen/Qwen2.5-1.5B-Instruct': ['Qwen/Qwen2.5-Coder-1.5B-Instruct'],
  'Qwen/Qwen2.5-3B-Instruct': ['Qwen/Qwen2.5-Coder-3B-Instruct'],
  'Qwen/Qwen2.5-14B-Instruct': ['Qwen/Qwen2.5-Coder-14B-Instruct'],
  'Qwen/Qwen3-235B-A22B-Instruct-2507': ['Qwen/Qwen3-235B-A22B-Thinking-2507'],
  'Qwen/Qwen3-VL-32B-Instruct': ['Qwen/Qwen3-VL-32B-Thinking'],
  'Qwen/Qwen3.5-27B': ['Qwen/Qwen3.6-27B'],
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
  "models": ${lines([...source.models.map(modelRow), ...ADDED.map(countedRow)])},
  "quantized": ${lines(source.quantizedVariants.map(variantRow))}
}
`;
writeFileSync(join(__dirname, '..', 'lib', 'catalog', 'data', 'models.json'), out);
process.stdout.write(
  `${source.models.length + ADDED.length} models, ${source.quantizedVariants.length} quantized\n`,
);
