/**
 * What constructs need of AWS, as data. `lib/aws` turns needs into a plan; nothing here knows CDK or Pulumi.
 * Names are final (core/names), because manifests carry the same ones.
 */
export type AwsNeed = BucketNeed | PostgresNeed | CacheNeed | SuppliedNeed | NodeRoleNeed | InterruptionNeed;

/** An S3 bucket: encrypted, versioned, not public, TLS only. */
export interface BucketNeed {
  readonly kind: 'bucket';
  /** Short name, unique in the environment: 'weights'. */
  readonly name: string;
  readonly bucketName: string;
  /** Delete objects after so many days; absent keeps them. */
  readonly expireDays?: number;
  /** Keep the bucket when it leaves the plan. */
  readonly keep: boolean;
}

/** An RDS for PostgreSQL instance whose master secret is written to `secretPath`. */
export interface PostgresNeed {
  readonly kind: 'postgres';
  readonly name: string;
  readonly engineVersion: string;
  readonly instanceClass: string;
  readonly storageGiB: number;
  readonly multiAz: boolean;
  readonly backupDays: number;
  readonly keep: boolean;
  /** Keys host, port, username, password, dbname. */
  readonly secretPath: string;
}

/** An ElastiCache (Valkey) replication group with TLS and a token, described in `secretPath`. */
export interface CacheNeed {
  readonly kind: 'cache';
  readonly name: string;
  readonly engineVersion: string;
  readonly nodeType: string;
  /** Copies beside the primary. */
  readonly replicas: number;
  readonly maxmemoryPolicy: 'allkeys-lru' | 'noeviction';
  /** Keep a final snapshot when it leaves the plan. */
  readonly keep: boolean;
  /** Keys host, port, password. */
  readonly secretPath: string;
}

/** An empty secret that somebody fills by hand. */
export interface SuppliedNeed {
  readonly kind: 'supplied-secret';
  readonly secretPath: string;
  readonly why: string;
}

/** The role of the nodes that Karpenter launches, with its access entry. */
export interface NodeRoleNeed {
  readonly kind: 'node-role';
  /** Short name; the role's name is composed from it. */
  readonly name: string;
}

/** The queue of interruption notices, with the rules that fill it. */
export interface InterruptionNeed {
  readonly kind: 'interruption-queue';
  readonly name: string;
}
