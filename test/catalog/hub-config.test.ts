import { describe, expect, test } from 'vitest';
import { type Checkpoint, findModel, type Parameters, readConfig } from '../../lib/catalog';
import { weightsGiB } from '../../lib/sizing';

/** The fields of published config.json files that decide memory. */
const GQA = (layers: number, hidden: number, heads: number, kv: number, inner: number, vocab: number) => ({
  num_hidden_layers: layers,
  hidden_size: hidden,
  num_attention_heads: heads,
  num_key_value_heads: kv,
  intermediate_size: inner,
  vocab_size: vocab,
  max_position_embeddings: 40_960,
  torch_dtype: 'bfloat16',
});
const LATENT = {
  kv_lora_rank: 512,
  q_lora_rank: 1536,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
};
const DEEPSEEK = {
  ...GQA(61, 7168, 128, 128, 18_432, 129_280),
  ...LATENT,
  first_k_dense_replace: 3,
  n_routed_experts: 256,
  n_shared_experts: 1,
  num_experts_per_tok: 8,
  moe_intermediate_size: 2048,
};
const LINEAR = {
  linear_conv_kernel_dim: 4,
  linear_key_head_dim: 128,
  linear_num_key_heads: 16,
  linear_value_head_dim: 128,
};

const CONFIGS: readonly (readonly [string, string, object])[] = [
  ['meta-llama/Llama-3.1-8B-Instruct', 'LlamaForCausalLM', GQA(32, 4096, 32, 8, 14_336, 128_256)],
  ['meta-llama/Llama-3.1-405B-Instruct', 'LlamaForCausalLM', GQA(126, 16_384, 128, 8, 53_248, 128_256)],
  [
    'Qwen/Qwen3-0.6B',
    'Qwen3ForCausalLM',
    { ...GQA(28, 1024, 16, 8, 3072, 151_936), head_dim: 128, tie_word_embeddings: true },
  ],
  ['Qwen/Qwen3-32B', 'Qwen3ForCausalLM', { ...GQA(64, 5120, 64, 8, 25_600, 151_936), head_dim: 128 }],
  [
    'Qwen/Qwen2.5-7B-Instruct',
    'Qwen2ForCausalLM',
    { ...GQA(28, 3584, 28, 4, 18_944, 152_064), use_sliding_window: false, sliding_window: 131_072 },
  ],
  ['microsoft/phi-4', 'Phi3ForCausalLM', { ...GQA(40, 5120, 40, 10, 17_920, 100_352), sliding_window: null }],
  [
    'mistralai/Mixtral-8x7B-Instruct-v0.1',
    'MixtralForCausalLM',
    {
      ...GQA(32, 4096, 32, 8, 14_336, 32_000),
      num_local_experts: 8,
      num_experts_per_tok: 2,
      sliding_window: null,
    },
  ],
  [
    'Qwen/Qwen3-30B-A3B',
    'Qwen3MoeForCausalLM',
    {
      ...GQA(48, 2048, 32, 4, 6144, 151_936),
      head_dim: 128,
      num_experts: 128,
      num_experts_per_tok: 8,
      moe_intermediate_size: 768,
      decoder_sparse_step: 1,
      mlp_only_layers: [],
      use_sliding_window: false,
    },
  ],
  ['deepseek-ai/DeepSeek-V3', 'DeepseekV3ForCausalLM', DEEPSEEK],
  [
    'deepseek-ai/DeepSeek-V3.2',
    'DeepseekV32ForCausalLM',
    { ...DEEPSEEK, index_head_dim: 128, index_n_heads: 64, index_topk: 2048 },
  ],
  [
    'Qwen/Qwen3-Next-80B-A3B-Instruct',
    'Qwen3NextForCausalLM',
    {
      ...GQA(48, 2048, 16, 2, 5120, 151_936),
      ...LINEAR,
      head_dim: 256,
      linear_num_value_heads: 32,
      full_attention_interval: 4,
      num_experts: 512,
      num_experts_per_tok: 10,
      moe_intermediate_size: 512,
      shared_expert_intermediate_size: 512,
    },
  ],
  [
    'openai/gpt-oss-120b',
    'GptOssForCausalLM',
    {
      ...GQA(36, 2880, 64, 8, 2880, 201_088),
      head_dim: 64,
      num_local_experts: 128,
      num_experts_per_tok: 4,
      sliding_window: 128,
      layer_types: Array.from({ length: 36 }, (_, i) => (i % 2 ? 'full_attention' : 'sliding_attention')),
    },
  ],
  [
    'google/gemma-3-27b-it',
    'Gemma3ForConditionalGeneration',
    {
      text_config: { ...GQA(62, 5376, 32, 16, 21_504, 262_144), head_dim: 128, sliding_window: 1024 },
      vision_config: { hidden_size: 1152, num_hidden_layers: 27, intermediate_size: 4304 },
    },
  ],
  [
    'meta-llama/Llama-4-Scout-17B-16E-Instruct',
    'Llama4ForConditionalGeneration',
    {
      text_config: {
        ...GQA(48, 5120, 40, 8, 8192, 202_048),
        head_dim: 128,
        intermediate_size_mlp: 16_384,
        num_local_experts: 16,
        num_experts_per_tok: 1,
        interleave_moe_layer_step: 1,
        attention_chunk_size: 8192,
      },
      vision_config: { hidden_size: 1408, num_hidden_layers: 34, intermediate_size: 5632 },
    },
  ],
  [
    'Qwen/Qwen3.5-27B',
    'Qwen3_5ForConditionalGeneration',
    {
      text_config: {
        ...GQA(64, 5120, 24, 4, 17_408, 248_320),
        ...LINEAR,
        head_dim: 256,
        linear_num_value_heads: 48,
        full_attention_interval: 4,
        attn_output_gate: true,
      },
      vision_config: { hidden_size: 1152, depth: 27, intermediate_size: 4304 },
    },
  ],
  [
    'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16',
    'NemotronHForCausalLM',
    {
      ...GQA(52, 2688, 32, 2, 1856, 131_072),
      head_dim: 128,
      hybrid_override_pattern: 'MEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEM*EMEMEMEM*EMEMEMEME',
      mamba_num_heads: 64,
      mamba_head_dim: 64,
      ssm_state_size: 128,
      n_groups: 8,
      conv_kernel: 4,
      n_routed_experts: 128,
      n_shared_experts: 1,
      num_experts_per_tok: 6,
      moe_intermediate_size: 1856,
      moe_shared_expert_intermediate_size: 3712,
    },
  ],
  [
    'BAAI/bge-m3',
    'XLMRobertaModel',
    { ...GQA(24, 1024, 16, 16, 4096, 250_002), max_position_embeddings: 8194, torch_dtype: 'float32' },
  ],
];

function read(config: object, id = 'mine/model'): Checkpoint {
  const found = readConfig(config, id);
  if ('faults' in found) throw new Error(JSON.stringify(found.faults));
  return found.checkpoint;
}

const sum = (params: Parameters | undefined) =>
  Object.values(params ?? {}).reduce((a: number, b: number) => a + b, 0);

describe('what is counted agrees with the catalog', () => {
  test.each(CONFIGS)('%s', (id, architecture, config) => {
    const known = findModel(id);
    const { model, notRead } = read({ architectures: [architecture], ...config });
    expect(notRead).toBeUndefined();
    expect(Math.abs(sum(model.params) / sum(known?.params) - 1)).toBeLessThan(0.005);
    for (const group of ['attention', 'denseMlp', 'sharedExperts', 'experts', 'embeddings'] as const) {
      const [mine, theirs] = [model.params?.[group] ?? 0, known?.params?.[group] ?? 0];
      expect(Math.abs(mine - theirs), group).toBeLessThanOrEqual(0.02 * theirs);
    }
    const plain = (groups: object[] | undefined) =>
      groups?.map((group) => ({ ...group, headDim: undefined }));
    expect(plain([...model.cache])).toEqual(plain([...(known?.cache ?? [])]));
    expect(model.state).toEqual(known?.state);
    expect(model.indexerLayers).toBe(known?.indexerLayers);
    expect(model.multimodal).toBe(known?.multimodal);
    expect(model.kind).toBe(known?.kind);
  });
});

describe('quantization', () => {
  const LLAMA = { architectures: ['LlamaForCausalLM'], ...GQA(32, 4096, 32, 8, 14_336, 128_256) };
  const of = (quantization_config: object, more: object = {}) =>
    read({ ...LLAMA, ...more, quantization_config });
  const gib = ({ model, format }: Checkpoint) => model.params && weightsGiB(model.params, format);

  test.each<[string, object, string]>([
    ['awq', { quant_method: 'awq', bits: 4, group_size: 128 }, 'awq-int4-g128'],
    ['awq of smaller groups', { quant_method: 'awq', bits: 4, group_size: 64 }, 'int4-g32'],
    ['gptq', { quant_method: 'gptq', bits: 4, group_size: 128 }, 'gptq-int4-g128'],
    ['gptq of 8 bits', { quant_method: 'gptq', bits: 8 }, 'int8'],
    ['fp8', { quant_method: 'fp8', activation_scheme: 'static' }, 'fp8'],
    ['fp8 of blocks', { quant_method: 'fp8', weight_block_size: [128, 128] }, 'fp8-block128'],
    [
      'compressed-tensors',
      {
        quant_method: 'compressed-tensors',
        ignore: ['lm_head'],
        config_groups: {
          group_0: { targets: ['Linear'], weights: { num_bits: 8, type: 'float', strategy: 'channel' } },
        },
      },
      'fp8',
    ],
    [
      'compressed-tensors of 4 bits',
      {
        quant_method: 'compressed-tensors',
        config_groups: {
          group_0: { targets: ['Linear'], weights: { num_bits: 4, type: 'int', group_size: 128 } },
        },
      },
      'int4-g128-sym',
    ],
    ['modelopt', { quant_method: 'modelopt', quant_algo: 'NVFP4', exclude_modules: ['lm_head'] }, 'nvfp4'],
  ])('%s', (_, block, format) => {
    const { format: groups, lightest, notRead } = of(block);
    expect(groups).toEqual([{ format, applies: ['attention', 'denseMlp', 'sharedExperts', 'experts'] }]);
    expect(lightest).toEqual(groups);
    expect(notRead).toBeUndefined();
  });

  test.each(['re:.*self_attn.*', 'model.layers.*.self_attn*', '*self_attn*'])(
    '%s leaves attention at 16 bits',
    (ignored) => {
      const found = of({ quant_method: 'fp8', modules_to_not_convert: ['lm_head', ignored] });
      expect(found.format).toEqual([{ format: 'fp8', applies: ['denseMlp', 'sharedExperts', 'experts'] }]);
    },
  );

  test('what some layers leave out weighs as if all did, and at best as if none did', () => {
    const ignored = [0, 1, 2, 3].map((layer) => `model.layers.${layer}.mlp`);
    const found = of({ quant_method: 'fp8', modules_to_not_convert: ignored });
    expect(found.format).toEqual([{ format: 'fp8', applies: ['attention'] }]);
    expect(found.lightest[0].applies).toContain('denseMlp');
  });

  test('a gate that is left out is not the projection that begins with its name', () => {
    expect(of({ quant_method: 'fp8', modules_to_not_convert: ['gate'] }).format[0].applies).toContain(
      'denseMlp',
    );
  });

  test('a method that is not understood counts both ways, and is named', () => {
    const found = of({ quant_method: 'bitsandbytes', load_in_4bit: true });
    expect(found.notRead).toEqual(["the quantization 'bitsandbytes' of its config.json"]);
    expect(gib(found)).toBeCloseTo(14.96, 1);
    expect(found.lightest[0].format).toBe('int4-g128-sym');
  });

  test('a name that says what the file leaves out is not believed either way', () => {
    const { notRead, lightest } = read(LLAMA, 'mine/model-NVFP4');
    expect(notRead).toEqual(['the quantization that the name tells and config.json does not']);
    expect(lightest).not.toEqual([]);
  });

  test('scales for an fp8 cache', () => {
    expect(of({ quant_method: 'fp8', kv_cache_scheme: { num_bits: 8, type: 'float' } }).fp8Cache).toBe(true);
    expect(of({ quant_method: 'fp8' }).fp8Cache).toBe(false);
  });
});

describe('what is not understood is named', () => {
  const base = GQA(32, 4096, 32, 8, 14_336, 128_256);
  test.each<[string, object, RegExp]>([
    ['an architecture', { architectures: ['NewForCausalLM'], ...base }, /the architecture NewForCausalLM/],
    ['no architecture', base, /no architecture/],
    [
      'a type of layer',
      { architectures: ['LlamaForCausalLM'], ...base, layer_types: ['odd_attention'] },
      /layers of the type 'odd_attention'/,
    ],
    [
      'layers that share a cache',
      { architectures: ['Gemma4ForCausalLM'], ...base, num_kv_shared_layers: 10 },
      /share the cache/,
    ],
    [
      'a tower without numbers',
      { architectures: ['Mistral3ForConditionalGeneration'], text_config: base, vision_config: {} },
      /towers/,
    ],
  ])('%s', (_, config, reason) => {
    expect(read(config).notRead?.join('; ')).toMatch(reason);
  });
});

describe('a file with faults', () => {
  test('names every field', () => {
    const found = readConfig({ architectures: ['LlamaForCausalLM'], hidden_size: 4096.5 }, 'x');
    expect('faults' in found && found.faults.map(({ field }) => field).sort()).toEqual([
      'hidden_size',
      'intermediate_size',
      'max_position_embeddings',
      'num_attention_heads',
      'num_hidden_layers',
      'vocab_size',
    ]);
  });

  test('a layer of its own size each is said to be so, and no field is asked for that it never has', () => {
    const { intermediate_size, ...rest } = GQA(80, 8192, 64, 8, 1, 128_256);
    const found = readConfig({ architectures: ['DeciLMForCausalLM'], ...rest, block_configs: [{}] }, 'x');
    expect('faults' in found && found.faults.map(({ field }) => field)).toEqual(['block_configs']);
  });

  test.each([null, [], 'text', 4, { hidden_size: {} }, { num_hidden_layers: 1e9 }, { text_config: [] }])(
    '%j does not throw',
    (config) => {
      expect('faults' in readConfig(config, 'x')).toBe(true);
    },
  );
});
