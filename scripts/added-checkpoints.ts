/** A quantized checkpoint that the collected data lacks, as its quantization block says. */
export interface AddedCheckpoint {
  readonly id: string;
  readonly base: string;
  readonly groups: readonly { readonly format: string; readonly applies: readonly string[] }[];
  readonly kvCacheScheme: 'fp8';
  readonly source: string;
}

const COPIES =
  "ai-dynamo/aiconfigurator aic-core/src/aiconfigurator_core/model_configs @ 095f58a5 (2026-08-21), copies of the Hub's config.json and hf_quant_config.json";

const row = (
  id: string,
  base: string,
  ...groups: readonly (readonly [format: string, ...applies: readonly string[]])[]
): AddedCheckpoint => ({
  id,
  base,
  groups: groups.map(([format, ...applies]) => ({ format, applies })),
  kvCacheScheme: 'fp8',
  source: COPIES,
});

/** Where a block leaves a part of a group at 16 bits, the group counts as left. */
export const QUANTIZED: readonly AddedCheckpoint[] = [
  row('nvidia/DeepSeek-V3.1-NVFP4', 'deepseek-ai/DeepSeek-V3.1', [
    'nvfp4',
    'denseMlp',
    'sharedExperts',
    'experts',
  ]),
  row('nvidia/DeepSeek-V3.2-NVFP4', 'deepseek-ai/DeepSeek-V3.2', [
    'nvfp4',
    'denseMlp',
    'sharedExperts',
    'experts',
  ]),
  row('nvidia/GLM-5-NVFP4', 'zai-org/GLM-5-FP8', ['nvfp4', 'denseMlp', 'sharedExperts', 'experts']),
  row('nvidia/Kimi-K2.5-NVFP4', 'moonshotai/Kimi-K2.5', ['nvfp4', 'denseMlp', 'sharedExperts', 'experts']),
  row('nvidia/GLM-5.1-NVFP4', 'zai-org/GLM-5-FP8', ['nvfp4', 'experts']),
  row('nvidia/Kimi-K2.7-Code-NVFP4', 'moonshotai/Kimi-K2.5', ['nvfp4', 'experts']),
  row('nvidia/MiniMax-M2.5-NVFP4', 'MiniMaxAI/MiniMax-M2.7', ['nvfp4', 'experts']),
  row('nvidia/MiniMax-M2.7-NVFP4', 'MiniMaxAI/MiniMax-M2.7', ['nvfp4', 'experts']),
  row('nvidia/Qwen3.5-122B-A10B-NVFP4', 'Qwen/Qwen3.5-122B-A10B', ['nvfp4', 'experts']),
  row('nvidia/Qwen3.5-397B-A17B-NVFP4', 'Qwen/Qwen3.5-397B-A17B', ['nvfp4', 'experts']),
  row('nvidia/Qwen3.6-27B-NVFP4', 'Qwen/Qwen3.5-27B', ['fp8', 'attention'], ['nvfp4', 'denseMlp']),
  row('nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-NVFP4', 'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', [
    'nvfp4',
    'sharedExperts',
    'experts',
  ]),
  row('nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8', 'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16', [
    'fp8',
    'experts',
  ]),
  row('nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-NVFP4', 'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16', [
    'nvfp4',
    'experts',
  ]),
  row('Qwen/Qwen3-32B-FP8-Static-PerTensor', 'Qwen/Qwen3-32B', ['fp8', 'attention', 'denseMlp']),
];
