import type { IConstruct } from 'constructs';
import type { PodGroup, SecretRef } from '../core';

/** Anything that answers the OpenAI protocol: our vLLM, an existing URL, a hosted provider. */
export interface IModelEndpoint extends IConstruct {
  /** Name that clients ask for: the served name. */
  readonly model: string;
  /** Up to and including `/v1`; absent for a hosted provider, which the client library knows. */
  readonly baseUrl?: string;
  /** Provider and model as LiteLLM spells them, such as `hosted_vllm/chat` or `anthropic/claude-sonnet-4-5`. */
  readonly provider: string;
  /** Key it asks for, in the namespace of whoever calls `keyFor`. */
  readonly apiKey?: SecretRef;
  /** The pods behind it; absent when it is outside the cluster. */
  readonly pods?: PodGroup;
  /** Port of those pods. */
  readonly port?: number;
  /**
   * Reads `x-` headers of clients: their session, how urgent they are.
   * @default false
   */
  readonly readsHeaders?: boolean;
  /** Longest answer, which every timeout in front of it must outlast. */
  readonly longestSeconds: number;
}
