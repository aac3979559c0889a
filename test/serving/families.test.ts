import { expect, test } from 'vitest';
import { models } from '../../lib/catalog';
import { images } from '../../lib/core';
import { namedParsers, parsersOf } from '../../lib/serving/families';
import { sglangWords } from '../../lib/serving/sglang-words';
import { vllmFlags } from '../../lib/serving/vllm-flags';

const words = (flag: string) => vllmFlags().options.find(({ flags }) => flags[0] === flag)?.choices ?? [];

test('every parser that the table names is one that the pinned engine has', () => {
  const [calls, thoughts] = [words('--tool-call-parser'), words('--reasoning-parser')];
  const strangers = namedParsers('vllm').flatMap(({ toolCalls, reasoning }) => [
    ...(toolCalls === undefined || calls.includes(toolCalls) ? [] : [toolCalls]),
    ...(reasoning === undefined || thoughts.includes(reasoning) ? [] : [reasoning]),
  ]);
  expect(strangers).toEqual([]);
});

test('the same for SGLang', () => {
  expect(images.sglang).toBe(`lmsysorg/sglang:v${sglangWords().version}`);
  const [calls, thoughts] = [sglangWords()['--tool-call-parser'], sglangWords()['--reasoning-parser']];
  const strangers = namedParsers('sglang').flatMap(({ toolCalls, reasoning }) => [
    ...(toolCalls === undefined || calls.includes(toolCalls) ? [] : [toolCalls]),
    ...(reasoning === undefined || thoughts.includes(reasoning) ? [] : [reasoning]),
  ]);
  expect(strangers).toEqual([]);
});

test('what each family in the catalog gets', () => {
  const of = models()
    .filter(({ kind }) => kind === 'generate')
    .map(({ id }) => {
      const { toolCalls = '-', reasoning = '-' } = parsersOf(id);
      return `${id}: ${toolCalls} ${reasoning}`;
    });
  expect(of).toMatchInlineSnapshot(`
    [
      "meta-llama/Meta-Llama-3-8B-Instruct: - -",
      "meta-llama/Meta-Llama-3-70B-Instruct: - -",
      "meta-llama/Llama-3.1-8B-Instruct: llama3_json -",
      "meta-llama/Llama-3.1-70B-Instruct: llama3_json -",
      "meta-llama/Llama-3.1-405B-Instruct: llama3_json -",
      "meta-llama/Llama-3.2-1B-Instruct: llama3_json -",
      "meta-llama/Llama-3.2-3B-Instruct: llama3_json -",
      "meta-llama/Llama-3.3-70B-Instruct: llama3_json -",
      "meta-llama/Llama-4-Scout-17B-16E-Instruct: llama4_pythonic -",
      "meta-llama/Llama-4-Maverick-17B-128E-Instruct: llama4_pythonic -",
      "mistralai/Mistral-7B-Instruct-v0.3: mistral -",
      "mistralai/Mixtral-8x7B-Instruct-v0.1: - -",
      "mistralai/Mixtral-8x22B-Instruct-v0.1: mistral -",
      "mistralai/Mistral-Large-Instruct-2411: mistral -",
      "mistralai/Ministral-3-3B-Instruct-2512: mistral -",
      "mistralai/Ministral-3-8B-Instruct-2512: mistral -",
      "mistralai/Ministral-3-14B-Instruct-2512: mistral -",
      "Qwen/Qwen2.5-0.5B-Instruct: hermes -",
      "Qwen/Qwen2.5-3B-Instruct: hermes -",
      "Qwen/Qwen2.5-14B-Instruct: hermes -",
      "Qwen/Qwen2.5-1.5B-Instruct: hermes -",
      "Qwen/Qwen2.5-7B-Instruct: hermes -",
      "Qwen/Qwen2.5-32B-Instruct: hermes -",
      "Qwen/Qwen2.5-72B-Instruct: hermes -",
      "Qwen/Qwen3-0.6B: hermes qwen3",
      "Qwen/Qwen3-1.7B: hermes qwen3",
      "Qwen/Qwen3-8B: hermes qwen3",
      "Qwen/Qwen3-32B: hermes qwen3",
      "Qwen/Qwen3-4B: hermes qwen3",
      "Qwen/Qwen3-14B: hermes qwen3",
      "Qwen/Qwen3-30B-A3B: hermes qwen3",
      "Qwen/Qwen3-235B-A22B: hermes qwen3",
      "Qwen/Qwen3-235B-A22B-Instruct-2507: hermes -",
      "Qwen/Qwen3-Coder-480B-A35B-Instruct: qwen3_coder -",
      "Qwen/Qwen3-VL-4B-Instruct: hermes -",
      "Qwen/Qwen3-VL-8B-Instruct: hermes -",
      "Qwen/Qwen3-VL-32B-Instruct: hermes -",
      "Qwen/Qwen3-VL-30B-A3B-Instruct: hermes -",
      "Qwen/Qwen3-VL-235B-A22B-Instruct: hermes -",
      "Qwen/Qwen3-Next-80B-A3B-Instruct: hermes -",
      "Qwen/Qwen3.5-27B: qwen3_coder qwen3",
      "Qwen/Qwen3.5-35B-A3B: qwen3_coder qwen3",
      "Qwen/Qwen3.5-122B-A10B: qwen3_coder qwen3",
      "Qwen/Qwen3.5-397B-A17B: qwen3_coder qwen3",
      "Qwen/Qwen3.6-35B-A3B: qwen3_coder qwen3",
      "deepseek-ai/DeepSeek-V3: deepseek_v3 -",
      "deepseek-ai/DeepSeek-R1: deepseek_v3 deepseek_r1",
      "deepseek-ai/DeepSeek-V3.1: deepseek_v31 deepseek_v3",
      "deepseek-ai/DeepSeek-V3.2: deepseek_v32 deepseek_v3",
      "deepseek-ai/DeepSeek-R1-Distill-Llama-8B: - deepseek_r1",
      "deepseek-ai/DeepSeek-R1-Distill-Llama-70B: - deepseek_r1",
      "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B: - deepseek_r1",
      "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B: - deepseek_r1",
      "openai/gpt-oss-20b: openai openai_gptoss",
      "openai/gpt-oss-120b: openai openai_gptoss",
      "google/gemma-2-2b-it: - -",
      "google/gemma-2-9b-it: - -",
      "google/gemma-2-27b-it: - -",
      "google/gemma-3-4b-it: - -",
      "google/gemma-3-12b-it: - -",
      "google/gemma-3-27b-it: - -",
      "google/gemma-4-26B-A4B-it: gemma4 gemma4",
      "google/gemma-4-31B-it: gemma4 gemma4",
      "microsoft/phi-4: - -",
      "microsoft/Phi-4-mini-instruct: phi4_mini_json -",
      "microsoft/Phi-3-mini-128k-instruct: - -",
      "zai-org/GLM-4.7-FP8: glm47 glm47",
      "zai-org/GLM-4.7-Flash: glm47 glm47",
      "zai-org/GLM-5.2-FP8: glm47 glm47",
      "moonshotai/Kimi-K2-Instruct: kimi_k2 -",
      "moonshotai/Kimi-K2-Thinking: kimi_k2 kimi_k2",
      "moonshotai/Kimi-K2.5: kimi_k2 kimi_k2",
      "MiniMaxAI/MiniMax-M2.7: minimax_m2 minimax_m2_append_think",
      "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16: qwen3_coder nemotron_v3",
      "CohereLabs/c4ai-command-r-v01: - -",
      "meta-llama/Llama-2-7b-chat-hf: - -",
      "mistralai/Codestral-22B-v0.1: - -",
      "meta-llama/Llama-2-13b-chat-hf: - -",
      "meta-llama/Llama-2-70b-chat-hf: - -",
      "codellama/CodeLlama-34b-Instruct-hf: - -",
      "mistralai/Mistral-7B-Instruct-v0.2: - -",
      "mistralai/Mistral-Nemo-Instruct-2407: mistral -",
      "microsoft/Phi-3-mini-4k-instruct: - -",
      "microsoft/Phi-4-reasoning: - -",
      "google/gemma-3-1b-it: - -",
      "HuggingFaceTB/SmolLM2-1.7B-Instruct: - -",
      "tiiuae/Falcon3-7B-Instruct: - -",
      "tiiuae/Falcon3-10B-Instruct: - -",
      "Qwen/QwQ-32B: hermes deepseek_r1",
      "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B: - deepseek_r1",
      "Qwen/Qwen3-4B-Instruct-2507: hermes -",
      "Qwen/Qwen3-30B-A3B-Instruct-2507: hermes -",
      "Qwen/Qwen3-VL-2B-Instruct: hermes -",
      "zai-org/GLM-5-FP8: glm47 glm47",
      "Qwen/Qwen2.5-Math-1.5B-Instruct: hermes -",
      "Qwen/Qwen2.5-Math-7B-Instruct: hermes -",
      "Qwen/QwQ-32B-Preview: hermes -",
      "codellama/CodeLlama-7b-Instruct-hf: - -",
      "codellama/CodeLlama-13b-Instruct-hf: - -",
      "TinyLlama/TinyLlama-1.1B-Chat-v1.0: - -",
      "HuggingFaceTB/SmolLM2-135M-Instruct: - -",
      "HuggingFaceTB/SmolLM2-360M-Instruct: - -",
      "tiiuae/Falcon3-1B-Instruct: - -",
      "tiiuae/Falcon3-3B-Instruct: - -",
      "google/gemma-2b-it: - -",
      "google/gemma-7b-it: - -",
      "allenai/OLMo-2-1124-7B-Instruct: - -",
      "allenai/OLMo-2-1124-13B-Instruct: - -",
      "Qwen/Qwen1.5-7B-Chat: - -",
      "Qwen/Qwen1.5-14B-Chat: - -",
      "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B: - deepseek_r1",
      "mistralai/Mistral-7B-Instruct-v0.1: - -",
      "mistralai/Mistral-Small-24B-Instruct-2501: mistral -",
      "microsoft/Phi-3-medium-4k-instruct: - -",
      "microsoft/Phi-3-medium-128k-instruct: - -",
      "Qwen/Qwen2-0.5B-Instruct: - -",
      "Qwen/Qwen2-1.5B-Instruct: - -",
      "Qwen/Qwen2-7B-Instruct: - -",
      "Qwen/Qwen2-72B-Instruct: - -",
      "deepseek-ai/DeepSeek-R1-0528-Qwen3-8B: - deepseek_r1",
      "deepseek-ai/deepseek-coder-6.7b-instruct: - -",
      "deepseek-ai/deepseek-coder-33b-instruct: - -",
      "deepseek-ai/deepseek-llm-7b-chat: - -",
      "lmsys/vicuna-7b-v1.5: - -",
      "lmsys/vicuna-13b-v1.5: - -",
      "01-ai/Yi-6B-Chat: - -",
      "01-ai/Yi-1.5-9B-Chat: - -",
      "01-ai/Yi-1.5-34B-Chat: - -",
      "HuggingFaceTB/SmolLM3-3B: - -",
      "ByteDance-Seed/Seed-OSS-36B-Instruct: seed_oss seed_oss",
      "ibm-granite/granite-3.3-2b-instruct: - -",
      "ibm-granite/granite-3.3-8b-instruct: - -",
      "allenai/OLMo-2-0325-32B-Instruct: - -",
      "zai-org/GLM-4-9B-0414: - -",
      "zai-org/GLM-4-32B-0414: - -",
      "CohereLabs/c4ai-command-r-08-2024: - -",
      "CohereLabs/c4ai-command-r-plus: - -",
      "CohereLabs/aya-expanse-8b: - -",
      "CohereLabs/aya-expanse-32b: - -",
      "CohereLabs/c4ai-command-r7b-12-2024: - -",
      "CohereLabs/c4ai-command-a-03-2025: - -",
      "google/gemma-3-270m-it: - -",
      "microsoft/phi-2: - -",
      "microsoft/Phi-3.5-MoE-instruct: - -",
      "facebook/opt-125m: - -",
      "facebook/opt-1.3b: - -",
      "facebook/opt-6.7b: - -",
      "facebook/opt-13b: - -",
      "zai-org/GLM-4.5: glm45 glm45",
      "zai-org/GLM-4.5-Air: glm45 glm45",
      "deepseek-ai/DeepSeek-V2-Lite-Chat: - -",
      "deepseek-ai/DeepSeek-V2.5: - -",
      "moonshotai/Kimi-K2-Instruct-0905: kimi_k2 -",
      "nvidia/NVIDIA-Nemotron-Nano-9B-v2: - -",
      "Qwen/Qwen2-VL-2B-Instruct: - -",
      "Qwen/Qwen2-VL-7B-Instruct: - -",
      "Qwen/Qwen2-VL-72B-Instruct: - -",
      "Qwen/Qwen2.5-VL-3B-Instruct: - -",
      "Qwen/Qwen2.5-VL-7B-Instruct: - -",
      "Qwen/Qwen2.5-VL-32B-Instruct: - -",
      "Qwen/Qwen2.5-VL-72B-Instruct: - -",
      "Qwen/Qwen3.5-0.8B: qwen3_coder qwen3",
      "Qwen/Qwen3.5-4B: qwen3_coder qwen3",
      "Qwen/Qwen3.5-9B: qwen3_coder qwen3",
      "mistralai/Mistral-Small-3.2-24B-Instruct-2506: mistral -",
      "nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16: qwen3_coder nemotron_v3",
    ]
  `);
});

test('checkpoints of other publishers belong to the family of their model', () => {
  expect(parsersOf('RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic').toolCalls).toBe('llama3_json');
  expect(parsersOf('nvidia/Qwen3-235B-A22B-NVFP4')).toEqual({ toolCalls: 'hermes', reasoning: 'qwen3' });
  expect(parsersOf('example/own-model')).toEqual({});
});
