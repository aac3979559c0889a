import { Construct } from 'constructs';
import type { IBucket, IObjectStore } from '../contracts';
import {
  bucketArn,
  bucketName,
  type Cluster,
  clusterOf,
  declare,
  type ISecret,
  PlatformError,
  policyOf,
  type WorkloadIdentity,
} from '../core';

/** Amazon S3: buckets of the environment, reached with the rights of whoever reads and writes. */
export class S3Store extends Construct implements IObjectStore {
  private readonly buckets = new Map<string, { readonly bucket: IBucket; expireDays?: number }>();
  private readonly cluster: Cluster;
  private readonly region: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.cluster = clusterOf(this);
    if (!this.cluster.aws) {
      throw new PlatformError(this, {
        what: 'asks for S3 in an environment without AWS',
        why: 'nothing would make the buckets',
        fix: 'use SeaweedStore (data.objects.kind: seaweedfs), or give the environment an aws section',
      });
    }
    this.region = this.cluster.aws.region;
    declare(this, 'aws', () =>
      [...this.buckets].map(([name, { expireDays }]) => ({
        kind: 'bucket' as const,
        name,
        bucketName: bucketName(this.cluster, name),
        ...(expireDays === undefined ? {} : { expireDays }),
        keep: policyOf(this).keepData,
      })),
    );
  }

  public bucket(name: string, { expireDays }: { readonly expireDays?: number } = {}): IBucket {
    const known = this.buckets.get(name);
    if (!known) {
      const bucket = new S3Bucket(this.cluster, this.region, name);
      this.buckets.set(name, { bucket, ...(expireDays === undefined ? {} : { expireDays }) });
      return bucket;
    }
    if (known.expireDays !== undefined && expireDays !== undefined && known.expireDays !== expireDays) {
      throw new PlatformError(this, {
        what: `bucket '${name}' is asked to forget after ${known.expireDays} days and after ${expireDays}`,
        why: 'it is one bucket, and the shorter time would delete what the other still needs',
        fix: 'agree on one time, or use two buckets',
      });
    }
    known.expireDays ??= expireDays;
    return known.bucket;
  }
}

const READ_LIST = ['s3:GetBucketLocation', 's3:ListBucket'];
const WRITE_LIST = [...READ_LIST, 's3:ListBucketMultipartUploads'];
const WRITE = [
  ...['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject'],
  ...['s3:ListMultipartUploadParts', 's3:PutObject'],
];

class S3Bucket implements IBucket {
  public readonly name: string;
  public readonly hostPort: string;
  public readonly tls = true;
  private readonly arn: string;

  constructor(
    cluster: Cluster,
    public readonly region: string,
    name: string,
  ) {
    this.name = bucketName(cluster, name);
    this.arn = bucketArn(cluster, name);
    this.hostPort = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}:443`;
  }

  public grantRead(identity: WorkloadIdentity, prefix?: string): void {
    if (prefix !== undefined) this.grantBelow(identity, prefix, ['s3:GetObject']);
    else this.grant(identity, READ_LIST, ['s3:GetObject']);
  }

  public grantReadWrite(identity: WorkloadIdentity, prefix?: string): void {
    if (prefix !== undefined) this.grantBelow(identity, prefix, WRITE);
    else this.grant(identity, WRITE_LIST, WRITE);
  }

  /** None: the rights of the identity are enough. */
  public credentials(): ISecret | undefined {
    return undefined;
  }

  /** The key that encrypts the objects admits every principal of the account through S3: no statement for it. */
  private grant(identity: WorkloadIdentity, onBucket: readonly string[], onObjects: readonly string[]): void {
    identity.grant({ actions: onBucket, resources: [this.arn] });
    identity.grant({ actions: onObjects, resources: [`${this.arn}/*`] });
  }

  /** What lies beside the prefix is not even listed. */
  private grantBelow(identity: WorkloadIdentity, prefix: string, onObjects: readonly string[]): void {
    identity.grant({
      actions: ['s3:ListBucket'],
      resources: [this.arn],
      conditions: { StringLike: { 's3:prefix': `${prefix}/*` } },
    });
    identity.grant({ actions: onObjects, resources: [`${this.arn}/${prefix}/*`] });
  }
}
