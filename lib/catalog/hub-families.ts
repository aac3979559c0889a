/** What a family does that its config.json does not say. */
export interface Family {
  /** Feed-forward layers have two matrices, not three. */
  readonly plainMlp?: boolean;
  /** Reads a text in one step and caches nothing. */
  readonly encoder?: boolean;
  /** Embedding and head are one matrix, unless the file says otherwise. */
  readonly tied?: boolean;
  /** Layers with a window, unless the file lists them: all but each nth. */
  readonly fullEach?: number;
}

/** Families whose parameters and cache follow from the file as it is read here. */
const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [
    /^(Llama|Mistral|Qwen2|Qwen3|Phi3|Granite|SmolLM3|SeedOss|Ernie4_5|Olmo2|Exaone4)(ForCausalLM|Model|ForSequenceClassification)$/,
    {},
  ],
  [/^(Cohere|Cohere2|Gemma|Gemma2)ForCausalLM$/, { tied: true, fullEach: 2 }],
  [/^Gemma3(ForCausalLM|ForConditionalGeneration)$/, { tied: true, fullEach: 6 }],
  [/^Gemma4(ForCausalLM|ForConditionalGeneration)$/, { tied: true }],
  [/^Glm4ForCausalLM$/, {}],
  [/^PhiForCausalLM$/, { plainMlp: true }],
  [/^OPTForCausalLM$/, { plainMlp: true, tied: true }],
  [/^(Mixtral|PhiMoE|Qwen2Moe|Qwen3Moe|Qwen3Next|GptOss|MiniMaxM2|Glm4Moe|Glm4MoeLite)ForCausalLM$/, {}],
  [/^(DeepseekV2|DeepseekV3|DeepseekV32|GlmMoeDsa)ForCausalLM$/, {}],
  [/^(Qwen2VL|Qwen2_5_VL|Qwen3VL|Qwen3VLMoe|Qwen3_5|Qwen3_5Moe)ForConditionalGeneration$/, {}],
  [/^(Mistral3|KimiK25|Llama4)ForConditionalGeneration$/, {}],
  [/^NemotronHForCausalLM$/, { plainMlp: true }],
  [
    /^(Bert|Roberta|XLMRoberta)(Model|ForSequenceClassification|ForMaskedLM)$/,
    { plainMlp: true, encoder: true, tied: true },
  ],
];

/** The family of an architecture; nothing for one that nobody has counted. */
export const familyOf = (architecture: string): Family | undefined =>
  FAMILIES.find(([pattern]) => pattern.test(architecture))?.[1];
