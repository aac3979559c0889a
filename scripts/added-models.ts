import { type Added, AICONFIGURATOR, LITGPT, shape } from './added-model';
import { HEAD_128, SHORT, TIED } from './added-shapes';

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

export const ADDED: readonly Added[] = [
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
  ...SHORT,
  {
    id: 'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16',
    source: AICONFIGURATOR('nvidia--NVIDIA-Nemotron-3-Super-120B-A12B-FP8'),
    config: shape('NemotronHForCausalLM', [88, 4096, 32, 2, 2688, 131_072, 262_144], {
      head_dim: 128,
      hybrid_override_pattern:
        'MEMEMEM*EMEMEMEM*EMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEMEM*EMEMEMEM*EMEMEMEME',
      conv_kernel: 4,
      mamba_head_dim: 64,
      mamba_num_heads: 128,
      moe_intermediate_size: 2688,
      moe_latent_size: 1024,
      moe_shared_expert_intermediate_size: 5376,
      n_groups: 8,
      n_routed_experts: 512,
      n_shared_experts: 1,
      num_experts_per_tok: 22,
      ssm_state_size: 128,
    }),
  },
  {
    id: 'Qwen/Qwen3-Embedding-4B',
    aliases: ['Qwen/Qwen3-Reranker-4B'],
    kind: 'embed',
    source: 'shape of Qwen3-4B; counts to the size that its publisher states',
    config: shape('Qwen3ForCausalLM', [36, 2560, 32, 8, 9728, 151_669, 40_960], { ...HEAD_128, ...TIED }),
  },
];
