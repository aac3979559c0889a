import type { Construct, IConstruct } from 'constructs';
import type { PodGroup, SecretRef } from '../core';

/** Anything that answers the OpenAI protocol: our vLLM, an existing URL, a hosted provider. */
export interface IModelEndpoint extends IConstruct {
  /** Name that clients ask for: the served name. */
  readonly model: string;
  /** Up to and including `/v1`; absent for a hosted provider, which the client library knows. */
  readonly baseUrl?: string;
  /** Provider and model as LiteLLM spells them, such as `hosted_vllm/chat` or `anthropic/claude-sonnet-4-5`. */
  readonly provider: string;
  /** Key it asks for, where whoever calls it can read it. */
  readonly apiKey?: SecretRef;
  /** The same for a key that lies elsewhere: copied below `consumer`, into its namespace; nothing when it asks for none. */
  keyFor?(consumer: Construct): SecretRef | undefined;
  /** Whether it asks callers for a key. */
  readonly asksForKey?: boolean;
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
