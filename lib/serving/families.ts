/** Who reads what a model writes between its marks: tool calls, and thoughts before the answer. */
export interface Parsers {
  readonly toolCalls?: string;
  readonly reasoning?: string;
}

/** From the special to the general: the first pattern that is found in the name, in small letters, decides. */
const FAMILIES: readonly (readonly [pattern: RegExp, vllm: Parsers])[] = [
  [/deepseek-r1-distill/, { reasoning: 'deepseek_r1' }],
  [/deepseek-r1/, { toolCalls: 'deepseek_v3', reasoning: 'deepseek_r1' }],
  [/deepseek-v3\.2/, { toolCalls: 'deepseek_v32', reasoning: 'deepseek_v3' }],
  [/deepseek-v3\.1/, { toolCalls: 'deepseek_v31', reasoning: 'deepseek_v3' }],
  [/deepseek-v3/, { toolCalls: 'deepseek_v3' }],
  [/gpt-oss/, { toolCalls: 'openai', reasoning: 'openai_gptoss' }],
  [/qwen3-coder/, { toolCalls: 'qwen3_coder' }],
  [/qwen3\.[5-9]/, { toolCalls: 'qwen3_coder', reasoning: 'qwen3' }],
  // These never think, and a parser would look for the end of thoughts.
  [/qwen3-.*-instruct/, { toolCalls: 'hermes' }],
  [/qwen3-/, { toolCalls: 'hermes', reasoning: 'qwen3' }],
  // It writes calls as code, which no parser reads.
  [/qwen2\.5-coder/, {}],
  [/qwen2\.5-/, { toolCalls: 'hermes' }],
  [/qwq-/, { toolCalls: 'hermes', reasoning: 'deepseek_r1' }],
  [/llama-4-/, { toolCalls: 'llama4_pythonic' }],
  [/llama-3\.[1-3]-.*instruct/, { toolCalls: 'llama3_json' }],
  [
    /mistralai\/(mistral-7b-instruct-v0\.3|mistral-(small|large|nemo|medium)|mixtral-8x22b-instruct|ministral|devstral)/,
    { toolCalls: 'mistral' },
  ],
  [/magistral/, { toolCalls: 'mistral', reasoning: 'mistral' }],
  [/glm-4\.[56]/, { toolCalls: 'glm45', reasoning: 'glm45' }],
  [/glm-(4\.7|5)/, { toolCalls: 'glm47', reasoning: 'glm47' }],
  [/kimi-k2-instruct/, { toolCalls: 'kimi_k2' }],
  [/kimi-k2/, { toolCalls: 'kimi_k2', reasoning: 'kimi_k2' }],
  [/minimax-m2/, { toolCalls: 'minimax_m2', reasoning: 'minimax_m2_append_think' }],
  [/gemma-4-/, { toolCalls: 'gemma4', reasoning: 'gemma4' }],
  [/phi-4-mini/, { toolCalls: 'phi4_mini_json' }],
  [/nemotron-3-/, { toolCalls: 'qwen3_coder', reasoning: 'nemotron_v3' }],
  [/seed-oss/, { toolCalls: 'seed_oss', reasoning: 'seed_oss' }],
];

/** The parsers of a model's family; nothing for one that nobody here knows. */
export function parsersOf(model: string): Parsers {
  const name = model.toLowerCase();
  return FAMILIES.find(([pattern]) => pattern.test(name))?.[1] ?? {};
}

/** Every parser that the table names, for comparing with the engine's own list. */
export const namedParsers = (): readonly Parsers[] => FAMILIES.map(([, parsers]) => parsers);
