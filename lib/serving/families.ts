/** Who reads what a model writes between its marks: tool calls, and thoughts before the answer. */
export interface Parsers {
  readonly toolCalls?: string;
  readonly reasoning?: string;
}

/** From the special to the general: the first pattern that is found in the name, in small letters, decides. */
const FAMILIES: readonly (readonly [pattern: RegExp, vllm: Parsers, sglang: Parsers])[] = [
  // Small models that were taught by R1 have their own words for tools, if any.
  [/deepseek-r1-(distill|0528-qwen3)/, { reasoning: 'deepseek_r1' }, { reasoning: 'deepseek-r1' }],
  [
    /deepseek-r1/,
    { toolCalls: 'deepseek_v3', reasoning: 'deepseek_r1' },
    { toolCalls: 'deepseekv3', reasoning: 'deepseek-r1' },
  ],
  [
    /deepseek-v3\.2/,
    { toolCalls: 'deepseek_v32', reasoning: 'deepseek_v3' },
    { toolCalls: 'deepseekv32', reasoning: 'deepseek-v3' },
  ],
  [
    /deepseek-v3\.1/,
    { toolCalls: 'deepseek_v31', reasoning: 'deepseek_v3' },
    { toolCalls: 'deepseekv31', reasoning: 'deepseek-v3' },
  ],
  [/deepseek-v3/, { toolCalls: 'deepseek_v3' }, { toolCalls: 'deepseekv3' }],
  [
    /gpt-oss/,
    { toolCalls: 'openai', reasoning: 'openai_gptoss' },
    { toolCalls: 'gpt-oss', reasoning: 'gpt-oss' },
  ],
  [/qwen3-coder/, { toolCalls: 'qwen3_coder' }, { toolCalls: 'qwen3_coder' }],
  [
    /qwen3\.[5-9]/,
    { toolCalls: 'qwen3_coder', reasoning: 'qwen3' },
    { toolCalls: 'qwen3_coder', reasoning: 'qwen3' },
  ],
  // These never think, and a parser would look for the end of thoughts.
  [/qwen3-.*-instruct/, { toolCalls: 'hermes' }, { toolCalls: 'qwen' }],
  [/qwen3-/, { toolCalls: 'hermes', reasoning: 'qwen3' }, { toolCalls: 'qwen', reasoning: 'qwen3' }],
  // The first writes calls as code, which no parser reads; the second is never told of tools by its template.
  [/qwen2\.5-(coder|vl)/, {}, {}],
  [/qwen2\.5-/, { toolCalls: 'hermes' }, { toolCalls: 'qwen' }],
  // It thinks aloud without marks, and a parser would take the whole answer for thoughts.
  [/qwq-.*-preview/, { toolCalls: 'hermes' }, { toolCalls: 'qwen' }],
  [
    /qwq-/,
    { toolCalls: 'hermes', reasoning: 'deepseek_r1' },
    { toolCalls: 'qwen', reasoning: 'deepseek-r1' },
  ],
  [/llama-4-/, { toolCalls: 'llama4_pythonic' }, { toolCalls: 'pythonic' }],
  [/llama-3\.[1-3]-.*instruct/, { toolCalls: 'llama3_json' }, { toolCalls: 'llama3' }],
  [
    /mistralai\/(mistral-7b-instruct-v0\.3|mistral-(small|large|nemo|medium)|mixtral-8x22b-instruct|ministral|devstral)/,
    { toolCalls: 'mistral' },
    { toolCalls: 'mistral' },
  ],
  [
    /magistral/,
    { toolCalls: 'mistral', reasoning: 'mistral' },
    { toolCalls: 'mistral', reasoning: 'mistral' },
  ],
  [/glm-4\.[56]/, { toolCalls: 'glm45', reasoning: 'glm45' }, { toolCalls: 'glm45', reasoning: 'glm45' }],
  [/glm-(4\.7|5)/, { toolCalls: 'glm47', reasoning: 'glm47' }, { toolCalls: 'glm47', reasoning: 'glm45' }],
  [/kimi-k2-instruct/, { toolCalls: 'kimi_k2' }, { toolCalls: 'kimi_k2' }],
  [/kimi-k2/, { toolCalls: 'kimi_k2', reasoning: 'kimi_k2' }, { toolCalls: 'kimi_k2', reasoning: 'kimi_k2' }],
  [
    /minimax-m2/,
    { toolCalls: 'minimax_m2', reasoning: 'minimax_m2_append_think' },
    { toolCalls: 'minimax-m2', reasoning: 'minimax-append-think' },
  ],
  [/gemma-4-/, { toolCalls: 'gemma4', reasoning: 'gemma4' }, { toolCalls: 'gemma4', reasoning: 'gemma4' }],
  [/phi-4-mini/, { toolCalls: 'phi4_mini_json' }, {}],
  [
    /nemotron-3-/,
    { toolCalls: 'qwen3_coder', reasoning: 'nemotron_v3' },
    { toolCalls: 'qwen3_coder', reasoning: 'nemotron_3' },
  ],
  [/seed-oss/, { toolCalls: 'seed_oss', reasoning: 'seed_oss' }, {}],
];

/** The parsers of a model's family, as an engine names them; nothing for one that nobody here knows. */
export function parsersOf(model: string, engine: 'vllm' | 'sglang' = 'vllm'): Parsers {
  const name = model.toLowerCase();
  const family = FAMILIES.find(([pattern]) => pattern.test(name));
  return family?.[engine === 'vllm' ? 1 : 2] ?? {};
}

/** Every parser that the table names, for comparing with an engine's own list. */
export const namedParsers = (engine: 'vllm' | 'sglang'): readonly Parsers[] =>
  FAMILIES.map((family) => family[engine === 'vllm' ? 1 : 2]);
