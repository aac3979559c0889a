import type { Construct, IConstruct } from 'constructs';
import type { ISecret, PodGroup } from '../core';

/** A store of embeddings. */
export interface IVectorStore extends IConstruct {
  /** URI that clients connect to. */
  readonly uri: string;
  /** `username` and `password` in a secret below `consumer`, and the way there for its pods. */
  connect(consumer: Construct, props: { readonly name: string; readonly pods: readonly PodGroup[] }): ISecret;
}
