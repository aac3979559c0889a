/** A model that people name and the collected data lacks: what its config.json says, counted by our own reader. */
export interface Added {
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly source: string;
  /** What it is for, where its architecture does not tell. */
  readonly kind?: 'embed' | 'rerank';
  readonly config: Readonly<Record<string, unknown>>;
}

export const shape = (
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

export const LITGPT = (entry: string) =>
  `Lightning-AI/litgpt litgpt/config.py entry ${entry} @ 26857050 (2026-06-29)`;
export const AICONFIGURATOR = (file: string) =>
  `ai-dynamo/aiconfigurator aic-core/src/aiconfigurator_core/model_configs/${file}_config.json @ 095f58a5 (2026-08-21), a copy of the Hub config.json`;
