import type { Construct, IConstruct } from 'constructs';
import type { ISecret, PodGroup } from '../core';

/** Where spans of LLM calls go. */
export interface ITraceSink extends IConstruct {
  /** Base URL inside the cluster. */
  readonly url: string;
  /** A project's `publicKey` and `secretKey` in a secret below `consumer`, and the way there for its pods. */
  connect(consumer: Construct, props: { readonly name: string; readonly pods: readonly PodGroup[] }): ISecret;
}
