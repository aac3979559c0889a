import type { Family } from './hub-families';
import type { HubFields } from './hub-fields';
import type { CacheGroup, MixtureOfExperts, Model, Parameters } from './models';

/** What is counted from a config.json. */
export type HubShape = Pick<
  Model,
  | 'layers'
  | 'hiddenSize'
  | 'heads'
  | 'kvHeads'
  | 'headDim'
  | 'cache'
  | 'vocabSize'
  | 'indexerLayers'
  | 'moe'
  | 'state'
> & { readonly intermediateSize?: number; readonly params: Parameters };

interface Counts {
  attention: number;
  denseMlp: number;
  sharedExperts: number;
  experts: number;
  other: number;
}

/** Count layers, cache and parameters. */
export function shapeOf(config: HubFields, family: Family): HubShape {
  const hiddenSize = config.mustCount(4096, 'hidden_size', 'n_embd', 'd_model');
  const heads = config.mustCount(32, 'num_attention_heads', 'n_head');
  const vocabSize = config.mustCount(151_936, 'vocab_size');
  const headDim = config.count('head_dim') ?? Math.floor(hiddenSize / heads);
  const kvHeads = config.count('num_key_value_heads', 'num_kv_heads') || heads;
  const kinds = layerKinds(config, family);
  const layers = kinds.length;
  const moe = mixtureOf(config, kinds);
  const intermediateSize = config.count('intermediate_size', 'ffn_hidden_size', 'n_inner');
  const mine: Shape = { config, family, hiddenSize, heads, kvHeads, headDim, kinds, ...(moe ? { moe } : {}) };

  const counts: Counts = { attention: 0, denseMlp: 0, sharedExperts: 0, experts: 0, other: hiddenSize };
  for (const [i, kind] of kinds.entries()) {
    counts.other += 2 * hiddenSize;
    counts.attention += attentionOf(mine, kind);
    feedForward(mine, i, counts);
  }
  const tied = config.has('tie_word_embeddings') ? config.flag('tie_word_embeddings') : Boolean(family.tied);
  const state = stateOf(mine);
  const indexers = config.count('index_head_dim') ? indexerLayers(config, layers) : 0;
  const positions = family.encoder ? (config.count('max_position_embeddings') ?? 0) * hiddenSize : 0;
  return {
    layers,
    hiddenSize,
    heads,
    kvHeads,
    headDim,
    vocabSize,
    cache: cacheOf(mine),
    params: {
      ...counts,
      embeddings: vocabSize * hiddenSize * (tied || family.encoder ? 1 : 2),
      other: counts.other + positions,
    },
    ...(intermediateSize === undefined ? {} : { intermediateSize }),
    ...(moe ? { moe } : {}),
    ...(indexers ? { indexerLayers: indexers } : {}),
    ...(state ? { state } : {}),
  };
}

type LayerKind = 'full' | 'sliding' | 'chunked' | 'linear' | 'mamba' | 'mlp' | 'moe';

interface Shape {
  readonly config: HubFields;
  readonly family: Family;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly kinds: readonly LayerKind[];
  readonly moe?: MixtureOfExperts;
}

const TYPES: Readonly<Record<string, LayerKind>> = {
  full_attention: 'full',
  deepseek_sparse_attention: 'full',
  attention: 'full',
  sliding_attention: 'sliding',
  chunked_attention: 'chunked',
  linear_attention: 'linear',
};
const BLOCKS: Readonly<Record<string, LayerKind>> = {
  mamba: 'mamba',
  attention: 'full',
  mlp: 'mlp',
  moe: 'moe',
};
const PATTERN: Readonly<Record<string, LayerKind>> = { M: 'mamba', '*': 'full', '-': 'mlp', E: 'moe' };

/** Whether each layer does one thing only. */
const blocks = (config: HubFields): boolean => config.has('hybrid_override_pattern', 'layers_block_type');

/** What each layer attends with; hybrids of Mamba have layers that do nothing else. */
function layerKinds(config: HubFields, { fullEach }: Family): readonly LayerKind[] {
  const pattern = config.text_('hybrid_override_pattern');
  if (pattern) return [...pattern].map((letter) => PATTERN[letter] ?? 'full');
  const single = config.words('layers_block_type');
  if (single.length) return single.map((block) => BLOCKS[block] ?? 'full');
  const layers = config.mustCount(32, 'num_hidden_layers', 'n_layer', 'num_layers');
  const types = config.words('layer_types');
  if (types.length === layers) return types.map((type) => TYPES[type] ?? 'full');
  const window = config.count('sliding_window');
  const chunk = config.count('attention_chunk_size');
  const each = config.count('sliding_window_pattern', 'full_attention_interval') ?? (chunk ? 4 : fullEach);
  const windowed = window && (config.flag('use_sliding_window') || !config.has('use_sliding_window'));
  const other: LayerKind = chunk
    ? 'chunked'
    : windowed
      ? 'sliding'
      : config.has('linear_num_value_heads')
        ? 'linear'
        : 'full';
  return Array.from({ length: layers }, (_, i) => (each && (i + 1) % each === 0 ? 'full' : other));
}

function mixtureOf(config: HubFields, kinds: readonly LayerKind[]): MixtureOfExperts | undefined {
  const experts = config.count('num_experts', 'n_routed_experts', 'num_local_experts') ?? 0;
  if (!experts) return undefined;
  const width = config.mustCount(768, 'moe_intermediate_size', 'intermediate_size');
  const shared = config.count('n_shared_experts', 'num_shared_experts') ?? 0;
  // Llama 4 shares one expert of the same width, and says so nowhere.
  const chunked = config.has('interleave_moe_layer_step');
  const sharedWidth =
    config.count(
      'shared_expert_intermediate_size',
      'moe_shared_expert_intermediate_size',
      'shared_intermediate_size',
    ) ?? (chunked ? width : shared * width);
  const moeLayers = kinds.filter((_, i) => isMixture(config, kinds, i)).length;
  const dense =
    config.count('intermediate_size_mlp') ??
    (config.has('moe_intermediate_size') ? config.count('intermediate_size') : undefined);
  return {
    experts,
    expertsPerToken:
      config.count('num_experts_per_tok', 'experts_per_token', 'top_k_experts', 'num_experts_per_token') ?? 1,
    moeIntermediateSize: width,
    moeLayers,
    ...(sharedWidth ? { sharedExperts: Math.max(1, shared), sharedIntermediateSize: sharedWidth } : {}),
    ...(kinds.length > moeLayers ? { denseLayers: kinds.length - moeLayers } : {}),
    ...(dense && (kinds.length > moeLayers || config.flag('enable_moe_block'))
      ? { denseIntermediateSize: dense }
      : {}),
  };
}

/** Whether a layer has experts. */
function isMixture(config: HubFields, kinds: readonly LayerKind[], i: number): boolean {
  if (blocks(config)) return kinds[i] === 'moe';
  const types = config.words('mlp_layer_types');
  if (types.length) return types[i] === 'sparse';
  const listed = config.numbers('moe_layer_freq');
  if (listed.length) return listed[i] === 1;
  if (config.numbers('mlp_only_layers').includes(i)) return false;
  if (i < (config.count('first_k_dense_replace') ?? 0)) return false;
  const step =
    (config.has('interleave_moe_layer_step')
      ? config.count('interleave_moe_layer_step')
      : config.count('decoder_sparse_step')) ?? 1;
  return (i + 1) % Math.max(1, step) === 0;
}

function attentionOf({ config, hiddenSize: H, heads, kvHeads, headDim }: Shape, kind: LayerKind): number {
  if (kind === 'mlp' || kind === 'moe') return 0;
  if (kind === 'mamba') {
    const { inner, channels, mambaHeads } = mambaOf(config);
    return H * (inner + channels + mambaHeads) + inner * H + channels * (config.count('conv_kernel') ?? 4);
  }
  if (kind === 'linear') {
    const { keys, values, valueHeads, kernel } = linearOf(config);
    return H * (2 * keys + 2 * values + 2 * valueHeads) + values * H + (2 * keys + values) * kernel;
  }
  const latent = config.count('kv_lora_rank');
  if (latent) return latentOf(config, H, heads, latent);
  const global = kind === 'full' ? config.count('global_head_dim') : undefined;
  const dim = global ?? headDim;
  const kv = global ? (config.count('num_global_key_value_heads') ?? kvHeads) : kvHeads;
  const gate = config.flag('attn_output_gate') || config.has('linear_num_value_heads') ? 1 : 0;
  // Keys and values of one projection are still cached apart.
  const projections = global && config.flag('attention_k_eq_v') ? 1 : 2;
  return H * dim * (heads * (2 + gate) + kv * projections);
}

function latentOf(config: HubFields, H: number, heads: number, latent: number): number {
  const rope = config.mustCount(64, 'qk_rope_head_dim');
  const nope = config.mustCount(128, 'qk_nope_head_dim');
  const value = config.mustCount(128, 'v_head_dim');
  const query = config.count('q_lora_rank');
  const q = query ? query * (H + heads * (nope + rope)) : H * heads * (nope + rope);
  const indexer = config.count('index_head_dim') ?? 0;
  const indexers = config.count('index_n_heads') ?? 0;
  const sparse = indexer ? (query ?? H) * indexers * indexer + H * (indexer + indexers) : 0;
  return q + H * (latent + rope) + latent * heads * (nope + value) + heads * value * H + sparse;
}

function feedForward({ config, family, hiddenSize: H, kinds, moe }: Shape, i: number, counts: Counts): void {
  const matrices = family.plainMlp ? 2 : 3;
  const kind = kinds[i];
  if (kind === 'mamba' || (kind === 'full' && blocks(config))) return;
  const mixture = moe && isMixture(config, kinds, i);
  if (mixture) {
    // Some experts work on a narrower latent, between two projections that they share.
    const latent = config.count('moe_latent_size');
    counts.experts += moe.experts * matrices * (latent ?? H) * moe.moeIntermediateSize;
    counts.other += latent ? 2 * H * latent : 0;
    counts.sharedExperts += matrices * H * (moe.sharedIntermediateSize ?? 0);
    counts.other += moe.experts * H;
  }
  if (mixture && !config.flag('enable_moe_block')) return;
  const width =
    moe?.denseIntermediateSize ?? config.mustCount(14_336, 'intermediate_size', 'ffn_hidden_size', 'n_inner');
  counts.denseMlp += matrices * H * width;
}

function cacheOf({ config, family, kvHeads, headDim, kinds }: Shape): readonly CacheGroup[] {
  if (family.encoder) return [{ kind: 'encoder', layers: kinds.length }];
  const of = (...wanted: readonly LayerKind[]) => kinds.filter((kind) => wanted.includes(kind)).length;
  const groups: CacheGroup[] = [];
  const latent = config.count('kv_lora_rank');
  const full = of('full');
  if (full && latent) {
    groups.push({ kind: 'mla', layers: full, latentDim: latent + (config.count('qk_rope_head_dim') ?? 0) });
  } else if (full) {
    const dim = config.count('global_head_dim');
    const heads = dim ? (config.count('num_global_key_value_heads') ?? kvHeads) : kvHeads;
    groups.push({ kind: 'full', layers: full, kvHeads: heads, headDim: dim ?? headDim });
  }
  for (const kind of ['sliding', 'chunked'] as const) {
    const window = config.count(kind === 'sliding' ? 'sliding_window' : 'attention_chunk_size');
    const layers = of(kind);
    if (layers)
      groups.push(
        window ? { kind, layers, kvHeads, headDim, window } : { kind: 'full', layers, kvHeads, headDim },
      );
  }
  const states = of('linear', 'mamba');
  if (states) groups.push({ kind: 'state', layers: states });
  return groups;
}

function linearOf(config: HubFields) {
  const valueHeads = config.mustCount(32, 'linear_num_value_heads');
  return {
    keys: config.mustCount(16, 'linear_num_key_heads') * config.mustCount(128, 'linear_key_head_dim'),
    values: valueHeads * config.mustCount(128, 'linear_value_head_dim'),
    valueHeads,
    kernel: config.count('linear_conv_kernel_dim') ?? 4,
  };
}

function mambaOf(config: HubFields) {
  const mambaHeads = config.mustCount(64, 'mamba_num_heads');
  const inner = mambaHeads * config.mustCount(64, 'mamba_head_dim');
  const states = config.mustCount(128, 'ssm_state_size');
  return { mambaHeads, inner, states, channels: inner + 2 * (config.count('n_groups') ?? 1) * states };
}

/** The state of one sequence, in all layers that keep one. */
function stateOf({ config, kinds }: Shape): Model['state'] | undefined {
  const count = (kind: LayerKind) => kinds.filter((one) => one === kind).length;
  if (count('linear')) {
    const { keys, values, kernel } = linearOf(config);
    const dim = config.count('linear_key_head_dim') ?? 128;
    return {
      convolutionBytes: count('linear') * (2 * keys + values) * (kernel - 1) * 2,
      elements: count('linear') * values * dim,
    };
  }
  if (!count('mamba')) return undefined;
  const { inner, states, channels } = mambaOf(config);
  const kernel = config.count('conv_kernel') ?? 4;
  return {
    convolutionBytes: count('mamba') * channels * (kernel - 1) * 2,
    elements: count('mamba') * inner * states,
  };
}

/** Layers with an indexer of their own; some share that of another. */
function indexerLayers(config: HubFields, layers: number): number {
  const types = config.words('indexer_types');
  return types.length ? types.filter((type) => type === 'full').length : layers;
}
