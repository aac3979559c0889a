/** Engines whose metrics somebody knows. */
export type EngineName = 'vllm' | 'sglang';

/** What differs from engine to engine for those around a model. */
export const ENGINES: Readonly<Record<EngineName, { readonly waiting: string; readonly kvCache: string }>> = {
  vllm: { waiting: 'vllm:num_requests_waiting', kvCache: 'vllm:kv_cache_usage_perc' },
  sglang: { waiting: 'sglang:num_queue_reqs', kvCache: 'sglang:token_usage' },
};
