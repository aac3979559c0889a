/** Engines whose metrics somebody knows. `tensorrtllm` is Triton with an engine of TensorRT-LLM. */
export type EngineName = 'vllm' | 'sglang' | 'triton' | 'tensorrtllm';

/** A server, as its pods are labelled. */
interface Named {
  readonly model: string;
  readonly namespace: string;
}

/** A query, for series with these labels. */
type Told = (of: string) => string;

/** In what words an engine tells of itself. */
interface Words {
  /** Requests that wait; absent for one that does not count them. */
  readonly waiting?: Told;
  /** Part of the KV cache in use; absent for an engine without one. */
  readonly kvCache?: Told;
  /** Part of its largest batch that requests take; absent for one that does not tell it. */
  readonly batch?: Told;
  /** Labels of its series that are of one server. */
  readonly of: (server: Named) => string;
}

const series =
  (name: string, only?: string): Told =>
  (of) =>
    `${name}{${of}${only ? `,${only}` : ''}}`;
const byModel = ({ model, namespace }: Named): string => `namespace="${namespace}",model_name="${model}"`;
// Its series name the models of the repository; the server is the container that they are scraped from.
const byContainer = ({ model, namespace }: Named): string => `namespace="${namespace}",container="${model}"`;
const requests = (type: string): Told => series('nv_trt_llm_request_metrics', `request_type="${type}"`);

/** What differs from engine to engine for those around a model. */
export const ENGINES: Readonly<Record<EngineName, Words>> = {
  vllm: {
    waiting: series('vllm:num_requests_waiting'),
    kvCache: series('vllm:kv_cache_usage_perc'),
    of: byModel,
  },
  sglang: { waiting: series('sglang:num_queue_reqs'), kvCache: series('sglang:token_usage'), of: byModel },
  triton: { waiting: series('nv_inference_pending_request_count'), of: byContainer },
  tensorrtllm: {
    kvCache: series('nv_trt_llm_kv_cache_block_metrics', 'kv_cache_block_type="fraction"'),
    // What it calls waiting is in the batch already; before the first request the batch has size 0.
    batch: (of) => `${requests('active')(of)} / ignoring (request_type) clamp_min(${requests('max')(of)}, 1)`,
    of: byContainer,
  },
};
