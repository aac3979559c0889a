import type { Construct, IConstruct } from 'constructs';
import type { ISecret, PodGroup } from '../core';

/** A Kafka cluster. */
export interface IEvents extends IConstruct {
  /** `host:port` of the bootstrap Service. */
  readonly bootstrap: string;
  /** A topic with replication and retention fit for the environment. */
  topic(name: string, props?: TopicProps): void;
  /**
   * A user that may read and write these topics (SCRAM-SHA-512 over TLS): `username`, `password` and the authority of the
   * brokers' certificates, `ca.crt`, in a secret below `consumer`, and the way there for its pods.
   */
  connect(consumer: Construct, props: EventsClient): ISecret;
}

export interface TopicProps {
  /** @default 3 */
  readonly partitions?: number;
  /** @default 7 days */
  readonly retentionHours?: number;
}

export interface EventsClient {
  readonly name: string;
  readonly pods: readonly PodGroup[];
  readonly topics: readonly string[];
}
