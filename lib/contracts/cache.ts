import type { Construct, IConstruct } from 'constructs';
import type { ISecret, PodGroup } from '../core';

/** A Valkey (Redis protocol) server in one of two roles. */
export interface ICache extends IConstruct {
  /** A cache may evict; a queue must not lose a job. */
  readonly role: 'cache' | 'queue';
  readonly port: number;
  /** Clients must speak TLS. */
  readonly tls: boolean;
  /** A connection secret (`host`, `port`, `username`, `password`, `uri`) below `consumer`, and the way there for its pods. */
  connect(consumer: Construct, props: { readonly name: string; readonly pods: readonly PodGroup[] }): ISecret;
}
