import { type Added, LITGPT, shape } from './added-model';

export const TIED = { tie_word_embeddings: true };
export const HEAD_128 = { head_dim: 128 };
const COHERE2 = { sliding_window: 4096, sliding_window_pattern: 4 };
const TOWER_QWEN2 = { embed_dim: 1280, depth: 32, intermediate_size: 5120 };
const TOWER_QWEN25 = { hidden_size: 1280, depth: 32, intermediate_size: 3420 };
const TOWER_SMALL = { hidden_size: 1024, depth: 24, intermediate_size: 4096 };
const TOWER_LARGE = { hidden_size: 1152, depth: 27, intermediate_size: 4304 };
const LATENT_V2 = {
  kv_lora_rank: 512,
  qk_nope_head_dim: 128,
  qk_rope_head_dim: 64,
  v_head_dim: 128,
  n_shared_experts: 2,
  first_k_dense_replace: 1,
};
/** Three layers of a gated delta net for each that attends. */
const GATED = (valueHeads: number) => ({
  head_dim: 256,
  full_attention_interval: 4,
  linear_num_value_heads: valueHeads,
  linear_num_key_heads: 16,
  linear_key_head_dim: 128,
  linear_value_head_dim: 128,
});

type Short = readonly [
  id: string,
  family: string,
  numbers: readonly number[],
  more?: Readonly<Record<string, unknown>>,
];

const rows =
  (head: string) =>
  (source: string, models: readonly Short[]): readonly Added[] =>
    models.map(([id, family, numbers, more]) => ({
      id,
      source,
      config: shape(`${family}${head}`, numbers, more),
      ...(NAMES[id] ? { aliases: NAMES[id] } : {}),
    }));
const of = rows('ForCausalLM');
const seeing = rows('ForConditionalGeneration');
const embedding = (
  family: string,
  models: readonly (readonly [id: string, numbers: readonly number[], kind?: 'rerank'])[],
): readonly Added[] =>
  models.map(([id, numbers, kind]) => ({
    id,
    source: 'shape quoted in public repositories',
    config: shape(`${family}${kind ? 'ForSequenceClassification' : 'Model'}`, numbers),
    ...(NAMES[id] ? { aliases: NAMES[id] } : {}),
  }));

/** Other names of the same shape and context. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'Qwen/Qwen2-7B-Instruct': ['Qwen/Qwen2-7B'],
  'Qwen/Qwen2-VL-72B-Instruct': ['Qwen/QVQ-72B-Preview'],
  'Qwen/Qwen2.5-Math-1.5B-Instruct': ['Qwen/Qwen2.5-Math-1.5B'],
  'Qwen/Qwen2.5-Math-7B-Instruct': ['Qwen/Qwen2.5-Math-7B'],
  'deepseek-ai/DeepSeek-V2-Lite-Chat': [
    'deepseek-ai/DeepSeek-V2-Lite',
    'deepseek-ai/DeepSeek-Coder-V2-Lite-Instruct',
  ],
  'deepseek-ai/DeepSeek-V2.5': [
    'deepseek-ai/DeepSeek-V2',
    'deepseek-ai/DeepSeek-V2-Chat',
    'deepseek-ai/DeepSeek-Coder-V2-Instruct',
  ],
  'mistralai/Mistral-7B-Instruct-v0.1': ['mistralai/Mistral-7B-v0.1', 'HuggingFaceH4/zephyr-7b-beta'],
  'mistralai/Mistral-Small-24B-Instruct-2501': ['mistralai/Mistral-Small-24B-Base-2501'],
  'mistralai/Mistral-Small-3.2-24B-Instruct-2506': [
    'mistralai/Mistral-Small-3.1-24B-Instruct-2503',
    'mistralai/Magistral-Small-2509',
    'mistralai/Devstral-Small-2505',
    'mistralai/Devstral-Small-2507',
  ],
  'google/gemma-7b-it': ['google/codegemma-7b-it'],
  'ibm-granite/granite-3.3-8b-instruct': [
    'ibm-granite/granite-3.1-8b-instruct',
    'ibm-granite/granite-3.2-8b-instruct',
  ],
  'CohereLabs/c4ai-command-r-plus': ['CohereLabs/c4ai-command-r-plus-08-2024'],
  'BAAI/bge-base-en-v1.5': ['thenlper/gte-base'],
};

// biome-ignore format: a line each
export const SHORT: readonly Added[] = [
  ...of(LITGPT('the entry of its name'), [
    ['Qwen/Qwen2.5-Math-1.5B-Instruct', 'Qwen2', [28, 1536, 12, 2, 8960, 151_936, 4096], TIED],
    ['Qwen/Qwen2.5-Math-7B-Instruct', 'Qwen2', [28, 3584, 28, 4, 18_944, 152_064, 4096]],
    ['Qwen/QwQ-32B-Preview', 'Qwen2', [64, 5120, 40, 8, 27_648, 152_064, 32_768]],
    ['codellama/CodeLlama-7b-Instruct-hf', 'Llama', [32, 4096, 32, 32, 11_008, 32_016, 16_384]],
    ['codellama/CodeLlama-13b-Instruct-hf', 'Llama', [40, 5120, 40, 40, 13_824, 32_016, 16_384]],
    ['TinyLlama/TinyLlama-1.1B-Chat-v1.0', 'Llama', [22, 2048, 32, 4, 5632, 32_000, 2048]],
    ['HuggingFaceTB/SmolLM2-135M-Instruct', 'Llama', [30, 576, 9, 3, 1536, 49_152, 8192], TIED],
    ['HuggingFaceTB/SmolLM2-360M-Instruct', 'Llama', [32, 960, 15, 5, 2560, 49_152, 8192], TIED],
    ['tiiuae/Falcon3-1B-Instruct', 'Llama', [18, 2048, 8, 4, 8192, 131_072, 4096], { head_dim: 256 }],
    ['tiiuae/Falcon3-3B-Instruct', 'Llama', [22, 3072, 12, 4, 9216, 131_072, 32_768], { head_dim: 256 }],
    ['google/gemma-2b-it', 'Gemma', [18, 2048, 8, 1, 16_384, 256_000, 8192], { head_dim: 256 }],
    ['google/gemma-7b-it', 'Gemma', [28, 3072, 16, 16, 24_576, 256_000, 8192], { head_dim: 256 }],
    ['allenai/OLMo-2-1124-7B-Instruct', 'Olmo2', [32, 4096, 32, 32, 11_008, 100_352, 4096]],
    ['allenai/OLMo-2-1124-13B-Instruct', 'Olmo2', [40, 5120, 40, 40, 13_824, 100_352, 4096]],
  ]),
  ...of('shape quoted in public repositories; counts to the size that its publisher states', [
    ['Qwen/Qwen1.5-7B-Chat', 'Qwen2', [32, 4096, 32, 32, 11_008, 151_936, 32_768]],
    ['Qwen/Qwen1.5-14B-Chat', 'Qwen2', [40, 5120, 40, 40, 13_696, 152_064, 32_768]],
    ['deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B', 'Qwen2', [28, 1536, 12, 2, 8960, 151_936, 131_072]],
    ['mistralai/Mistral-7B-Instruct-v0.1', 'Mistral', [32, 4096, 32, 8, 14_336, 32_000, 32_768], { sliding_window: 4096 }], ['mistralai/Mistral-Small-24B-Instruct-2501', 'Mistral', [40, 5120, 32, 8, 32_768, 131_072, 32_768], HEAD_128],
    ['microsoft/Phi-3-medium-4k-instruct', 'Phi3', [40, 5120, 40, 10, 17_920, 32_064, 4096]],
    ['microsoft/Phi-3-medium-128k-instruct', 'Phi3', [40, 5120, 40, 10, 17_920, 32_064, 131_072]],
    ['Qwen/Qwen2-0.5B-Instruct', 'Qwen2', [24, 896, 14, 2, 4864, 151_936, 32_768], TIED],
    ['Qwen/Qwen2-1.5B-Instruct', 'Qwen2', [28, 1536, 12, 2, 8960, 151_936, 32_768], TIED],
    ['Qwen/Qwen2-7B-Instruct', 'Qwen2', [28, 3584, 28, 4, 18_944, 152_064, 32_768]],
    ['Qwen/Qwen2-72B-Instruct', 'Qwen2', [80, 8192, 64, 8, 29_568, 152_064, 32_768]],
    ['deepseek-ai/DeepSeek-R1-0528-Qwen3-8B', 'Qwen3', [36, 4096, 32, 8, 12_288, 151_936, 131_072], HEAD_128],
    ['deepseek-ai/deepseek-coder-6.7b-instruct', 'Llama', [32, 4096, 32, 32, 11_008, 32_256, 16_384]],
    ['deepseek-ai/deepseek-coder-33b-instruct', 'Llama', [62, 7168, 56, 8, 19_200, 32_256, 16_384]],
    ['deepseek-ai/deepseek-llm-7b-chat', 'Llama', [30, 4096, 32, 32, 11_008, 102_400, 4096]],
    ['lmsys/vicuna-7b-v1.5', 'Llama', [32, 4096, 32, 32, 11_008, 32_000, 4096]],
    ['lmsys/vicuna-13b-v1.5', 'Llama', [40, 5120, 40, 40, 13_824, 32_000, 4096]],
    ['01-ai/Yi-6B-Chat', 'Llama', [32, 4096, 32, 4, 11_008, 64_000, 4096]],
    ['01-ai/Yi-1.5-9B-Chat', 'Llama', [48, 4096, 32, 4, 11_008, 64_000, 4096]],
    ['01-ai/Yi-1.5-34B-Chat', 'Llama', [60, 7168, 56, 8, 20_480, 64_000, 4096]],
    ['HuggingFaceTB/SmolLM3-3B', 'SmolLM3', [36, 2048, 16, 4, 11_008, 128_256, 65_536], TIED], ['ByteDance-Seed/Seed-OSS-36B-Instruct', 'SeedOss', [64, 5120, 80, 8, 27_648, 155_136, 524_288], HEAD_128],
    ['ibm-granite/granite-3.3-2b-instruct', 'Granite', [40, 2048, 32, 8, 8192, 49_159, 131_072], TIED],
    ['ibm-granite/granite-3.3-8b-instruct', 'Granite', [40, 4096, 32, 8, 12_800, 49_159, 131_072], TIED],
    ['allenai/OLMo-2-0325-32B-Instruct', 'Olmo2', [64, 5120, 40, 8, 27_648, 100_352, 4096]],
    ['zai-org/GLM-4-9B-0414', 'Glm4', [40, 4096, 32, 2, 13_696, 151_552, 32_768], HEAD_128],
    ['zai-org/GLM-4-32B-0414', 'Glm4', [61, 6144, 48, 2, 23_040, 151_552, 32_768], HEAD_128],
    ['CohereLabs/c4ai-command-r-08-2024', 'Cohere', [40, 8192, 64, 8, 24_576, 256_000, 131_072]],
    ['CohereLabs/c4ai-command-r-plus', 'Cohere', [64, 12_288, 96, 8, 33_792, 256_000, 131_072]],
    ['CohereLabs/aya-expanse-8b', 'Cohere', [32, 4096, 32, 8, 14_336, 256_000, 8192]],
    ['CohereLabs/aya-expanse-32b', 'Cohere', [40, 8192, 64, 8, 24_576, 256_000, 8192]],
    ['CohereLabs/c4ai-command-r7b-12-2024', 'Cohere2', [32, 4096, 32, 8, 14_336, 256_000, 132_096], COHERE2],
    ['CohereLabs/c4ai-command-a-03-2025', 'Cohere2', [64, 12_288, 96, 8, 36_864, 256_000, 131_072], COHERE2], ['google/gemma-3-270m-it', 'Gemma3', [18, 640, 4, 1, 2048, 262_144, 32_768], { head_dim: 256, sliding_window: 512 }],
    ['microsoft/phi-2', 'Phi', [32, 2560, 32, 32, 10_240, 51_200, 2048]], ['microsoft/Phi-3.5-MoE-instruct', 'PhiMoE', [32, 4096, 32, 8, 6400, 32_064, 131_072], { num_local_experts: 16, num_experts_per_tok: 2 }],
    ['facebook/opt-125m', 'OPT', [12, 768, 12, 12, 3072, 50_272, 2048]],
    ['facebook/opt-1.3b', 'OPT', [24, 2048, 32, 32, 8192, 50_272, 2048]],
    ['facebook/opt-6.7b', 'OPT', [32, 4096, 32, 32, 16_384, 50_272, 2048]],
    ['facebook/opt-13b', 'OPT', [40, 5120, 40, 40, 20_480, 50_272, 2048]], ['zai-org/GLM-4.5', 'Glm4Moe', [92, 5120, 96, 8, 12_288, 151_552, 131_072], { head_dim: 128, n_routed_experts: 160, n_shared_experts: 1, num_experts_per_tok: 8, moe_intermediate_size: 1536, first_k_dense_replace: 3 }], ['zai-org/GLM-4.5-Air', 'Glm4Moe', [46, 4096, 96, 8, 10_944, 151_552, 131_072], { head_dim: 128, n_routed_experts: 128, n_shared_experts: 1, num_experts_per_tok: 8, moe_intermediate_size: 1408, first_k_dense_replace: 1 }], ['deepseek-ai/DeepSeek-V2-Lite-Chat', 'DeepseekV2', [27, 2048, 16, 16, 10_944, 102_400, 163_840], { ...LATENT_V2, n_routed_experts: 64, num_experts_per_tok: 6, moe_intermediate_size: 1408 }], ['deepseek-ai/DeepSeek-V2.5', 'DeepseekV2', [60, 5120, 128, 128, 12_288, 102_400, 163_840], { ...LATENT_V2, q_lora_rank: 1536, n_routed_experts: 160, num_experts_per_tok: 6, moe_intermediate_size: 1536 }], ['moonshotai/Kimi-K2-Instruct-0905', 'DeepseekV3', [61, 7168, 64, 64, 18_432, 163_840, 262_144], { ...LATENT_V2, q_lora_rank: 1536, n_routed_experts: 384, n_shared_experts: 1, num_experts_per_tok: 8, moe_intermediate_size: 2048, quantization_config: { quant_method: 'fp8', weight_block_size: [128, 128] } }], ['nvidia/NVIDIA-Nemotron-Nano-9B-v2', 'NemotronH', [56, 4480, 40, 8, 15_680, 131_072, 131_072], { head_dim: 128, hybrid_override_pattern: 'M-M-M-MM-M-M-M*-M-M-M*-M-M-M-M*-M-M-M-M*-M-MM-M-M-M-M-M-', ssm_state_size: 128, conv_kernel: 4, n_groups: 8, mamba_num_heads: 128, mamba_head_dim: 80 }],
  ]),
  ...seeing('shape quoted in public repositories; logs show what it loads to', [
    ['Qwen/Qwen2-VL-2B-Instruct', 'Qwen2VL', [28, 1536, 12, 2, 8960, 151_936, 32_768], { ...TIED, vision_config: TOWER_QWEN2 }], ['Qwen/Qwen2-VL-7B-Instruct', 'Qwen2VL', [28, 3584, 28, 4, 18_944, 152_064, 32_768], { vision_config: TOWER_QWEN2 }], ['Qwen/Qwen2-VL-72B-Instruct', 'Qwen2VL', [80, 8192, 64, 8, 29_568, 152_064, 32_768], { vision_config: TOWER_QWEN2 }], ['Qwen/Qwen2.5-VL-3B-Instruct', 'Qwen2_5_VL', [36, 2048, 16, 2, 11_008, 151_936, 128_000], { ...TIED, vision_config: TOWER_QWEN25 }], ['Qwen/Qwen2.5-VL-7B-Instruct', 'Qwen2_5_VL', [28, 3584, 28, 4, 18_944, 152_064, 128_000], { vision_config: TOWER_QWEN25 }], ['Qwen/Qwen2.5-VL-32B-Instruct', 'Qwen2_5_VL', [64, 5120, 40, 8, 27_648, 152_064, 128_000], { vision_config: TOWER_QWEN25 }], ['Qwen/Qwen2.5-VL-72B-Instruct', 'Qwen2_5_VL', [80, 8192, 64, 8, 29_568, 152_064, 128_000], { vision_config: TOWER_QWEN25 }], ['Qwen/Qwen3.5-0.8B', 'Qwen3_5', [24, 1024, 8, 2, 3584, 248_320, 262_144], { ...TIED, ...GATED(16), vision_config: TOWER_SMALL }], ['Qwen/Qwen3.5-4B', 'Qwen3_5', [32, 2560, 16, 4, 9216, 248_320, 262_144], { ...TIED, ...GATED(32), vision_config: TOWER_SMALL }], ['Qwen/Qwen3.5-9B', 'Qwen3_5', [32, 4096, 16, 4, 12_288, 248_320, 262_144], { ...GATED(32), vision_config: TOWER_LARGE }], ['mistralai/Mistral-Small-3.2-24B-Instruct-2506', 'Mistral3', [40, 5120, 32, 8, 32_768, 131_072, 131_072], { ...HEAD_128, vision_config: { hidden_size: 1024, num_hidden_layers: 24, intermediate_size: 4096 } }],
  ]),
  ...embedding('Bert', [
    ['BAAI/bge-small-en-v1.5', [12, 384, 12, 12, 1536, 30_522, 512]],
    ['BAAI/bge-base-en-v1.5', [12, 768, 12, 12, 3072, 30_522, 512]],
    ['sentence-transformers/all-MiniLM-L6-v2', [6, 384, 12, 12, 1536, 30_522, 512]],
    ['intfloat/e5-base-v2', [12, 768, 12, 12, 3072, 30_522, 512]],
  ]),
  ...embedding('XLMRoberta', [
    ['intfloat/multilingual-e5-large', [24, 1024, 16, 16, 4096, 250_002, 512]],
    ['intfloat/multilingual-e5-base', [12, 768, 12, 12, 3072, 250_037, 512]],
    ['BAAI/bge-reranker-base', [12, 768, 12, 12, 3072, 250_002, 512], 'rerank'],
  ]),
];
