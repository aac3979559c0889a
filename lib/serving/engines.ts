/** Engines whose metrics somebody knows. */
export type EngineName = 'vllm' | 'sglang' | 'triton';

/** A server, as its pods are labelled. */
interface Named {
  readonly model: string;
  readonly namespace: string;
}

/** In what words an engine tells of itself. */
interface Words {
  /** Requests that wait. */
  readonly waiting: string;
  /** Part of the KV cache in use; absent for an engine without one. */
  readonly kvCache?: string;
  /** Labels of its series that are of one server. */
  readonly of: (server: Named) => string;
}

const byModel = ({ model, namespace }: Named): string => `namespace="${namespace}",model_name="${model}"`;

/** What differs from engine to engine for those around a model. */
export const ENGINES: Readonly<Record<EngineName, Words>> = {
  vllm: { waiting: 'vllm:num_requests_waiting', kvCache: 'vllm:kv_cache_usage_perc', of: byModel },
  sglang: { waiting: 'sglang:num_queue_reqs', kvCache: 'sglang:token_usage', of: byModel },
  triton: {
    waiting: 'nv_inference_pending_request_count',
    // Its series name the models of the repository; the server is the container that they are scraped from.
    of: ({ model, namespace }) => `namespace="${namespace}",container="${model}"`,
  },
};
