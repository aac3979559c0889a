import type { Construct, IConstruct } from 'constructs';
import type { ISecret, PodGroup } from '../core';

/** A PostgreSQL server, whoever runs it. */
export interface IPostgres extends IConstruct {
  /**
   * A database of its own for one consumer, with its own role. The connection secret (`host`, `port`, `username`,
   * `password`, `dbname`, `uri`) is written below `consumer`, in its namespace.
   */
  database(consumer: Construct, props: DatabaseProps): ISecret;
}

export interface DatabaseProps {
  /** Name of the database and of its role. */
  readonly name: string;
  /** Pods that connect. */
  readonly pods: readonly PodGroup[];
  /** @default - none */
  readonly extensions?: readonly string[];
}
