import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import type { IBucket } from '../contracts';
import {
  clusterOf,
  type EnvVars,
  images,
  namespaceOf,
  PlatformError,
  type SecretRef,
  stamped,
  Task,
  WorkloadIdentity,
} from '../core';
import { filesGiB } from './gpu-replica';

export interface ModelCacheProps {
  /** Where the weights are kept. */
  readonly bucket: IBucket;
  /**
   * Token of the model hub, for models behind a licence.
   * @default - none: the models are open
   */
  readonly hubToken?: SecretRef;
}

/** Weights in the bucket. */
export interface CachedWeights {
  /** Bucket that holds them. */
  readonly bucket: IBucket;
  /** Where they begin in it, with a slash behind. */
  readonly prefix: string;
  /** How an engine spells the place. */
  readonly url: string;
  /** Longest time until they are there for the first time. */
  readonly fetchSeconds: number;
}

const FOLDER = '/opt/nexus';

/** Assumed of what the catalog does not know. */
const UNKNOWN_GIB = 131;
/** From the hub into the bucket at its slowest: 34 MiB a second. */
const FETCH_SECONDS_PER_GIB = 30;

let program: string | undefined;

/** The program that moves weights. Read when the first cache is made. */
function weightsProgram(): string {
  program ??= readFileSync(join(__dirname, 'data', 'weights.py'), 'utf8');
  return program;
}

/** How a container calls the program. */
export const weightsCommand = (...args: readonly string[]) => ['python3', `${FOLDER}/weights.py`, ...args];

/**
 * Weights in a bucket of the platform: a Job fetches each model once from the hub, with the checksum of every file and
 * going on where it was interrupted. Servers read from the bucket, each only its own models.
 */
export class ModelCache extends Construct {
  public readonly from = 's3';
  /** Where the weights are kept. */
  public readonly bucket: IBucket;
  private readonly props: ModelCacheProps;
  private readonly fetched = new Map<string, CachedWeights>();
  private readonly identity: WorkloadIdentity;
  /** Namespaces that have the program. */
  private readonly homes = new Set<string>();
  private readonly program: string;

  constructor(scope: Construct, id: string, props: ModelCacheProps) {
    super(scope, id);
    this.props = props;
    const { bucket } = props;
    this.bucket = bucket;
    if (bucket.endpoint !== undefined) {
      throw new PlatformError(this, {
        what: `keeps weights in bucket '${bucket.name}', which is not on S3`,
        why: 'servers read it with the rights of their identity, which a stand-in does not know',
        fix: 'use S3Store (data.objects.kind: s3), or let servers load from the hub (weights.from: hub)',
      });
    }
    this.program = `${id}-program`;
    this.bringProgram(this, namespaceOf(this));
    this.identity = new WorkloadIdentity(this, 'Identity', { name: id });
    bucket.grantReadWrite(this.identity, 'hub/');
  }

  /** The program, mounted where its command looks for it. A consumer in another namespace brings its own copy. */
  public filesFor(consumer: Construct): Readonly<Record<string, { readonly name: string }>> {
    const namespace = namespaceOf(consumer);
    if (!this.homes.has(namespace)) this.bringProgram(consumer, namespace);
    return { [FOLDER]: { name: this.program } };
  }

  private bringProgram(at: Construct, namespace: string): void {
    this.homes.add(namespace);
    new k8s.KubeConfigMap(at, 'Program', {
      metadata: { name: this.program, namespace },
      data: { 'weights.py': weightsProgram() },
    });
  }

  /** Have a model fetched, once for all who ask; `streamed` weights must be in a format that can be. */
  public fetch(model: string, revision = 'main', streamed = false): CachedWeights {
    const known = this.fetched.get(`${model}@${revision}`);
    if (known) return known;
    const { bucket, hubToken } = this.props;
    const prefix = `hub/${model}/${revision}/`;
    const fetchSeconds = 600 + Math.ceil((filesGiB(model) ?? UNKNOWN_GIB) * FETCH_SECONDS_PER_GIB);
    const how = streamed ? ['streamed'] : [];
    const name = stamped(
      `${this.node.id}-${model
        .split('/')[1]
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')}`,
      [model, revision, bucket.name, weightsProgram(), ...how].join('\n'),
    );
    const job = new Task(this, name, {
      name,
      // The smallest pinned image that has Python and boto3.
      image: images.litellm,
      command: weightsCommand('store', model, revision, bucket.name, prefix, ...how),
      sharedFiles: this.filesFor(this),
      env: { ...storeEnv(this, bucket), ...(hubToken ? { HF_TOKEN: hubToken } : {}) },
      resources: { cpu: '1', memory: '2Gi' },
      deadlineSeconds: fetchSeconds,
      identity: this.identity,
    });
    job.pods.reach('internet', { why: `weights of ${model} from the model hub` });
    const weights = { bucket, prefix, url: `s3://${bucket.name}/${prefix.slice(0, -1)}`, fetchSeconds };
    this.fetched.set(`${model}@${revision}`, weights);
    return weights;
  }
}

/** What clients of the bucket are told. */
export function storeEnv(at: Construct, { region }: IBucket): EnvVars {
  return { AWS_REGION: clusterOf(at).aws?.region ?? region };
}
