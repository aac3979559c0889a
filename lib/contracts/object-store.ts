import type { Construct, IConstruct } from 'constructs';
import type { ISecret, PodGroup, WorkloadIdentity } from '../core';

/** Buckets: S3, or what stands in for it outside AWS. */
export interface IObjectStore extends IConstruct {
  /** A bucket by its short name; asked for twice it is the same one. */
  bucket(name: string, props?: { readonly expireDays?: number }): IBucket;
}

export interface IBucket {
  /** Full name, as clients spell it. */
  readonly name: string;
  /** Region of S3, or what the stand-in accepts. */
  readonly region: string;
  /** URL of the stand-in; absent for S3, whose clients know it. */
  readonly endpoint?: string;
  /** `host:port` for clients that want no URL; S3's regional one included. */
  readonly hostPort: string;
  readonly tls: boolean;
  /** Allow reading, and the way there for the pods of the identity; below a prefix only, where one is given. */
  grantRead(identity: WorkloadIdentity, prefix?: string): void;
  /** Allow reading and writing. */
  grantReadWrite(identity: WorkloadIdentity, prefix?: string): void;
  /**
   * Keys of the stand-in (`accessKey`, `secretKey`) below `consumer`, and the way there for its pods; undefined for
   * S3, where the identity is enough.
   */
  credentials(
    consumer: Construct,
    props: {
      readonly name: string;
      readonly pods: readonly PodGroup[];
      /**
       * What the two keys are called in the secret, for readers that insist.
       * @default - accessKey and secretKey
       */
      readonly keys?: { readonly accessKey: string; readonly secretKey: string };
    },
  ): ISecret | undefined;
}
