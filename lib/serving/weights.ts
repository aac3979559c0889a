import type { Construct } from 'constructs';
import type { INodePool } from '../contracts';
import {
  type EnvVars,
  PlatformError,
  type SecretRef,
  type WeightsOrigin,
  WorkloadIdentity,
  type WorkloadProps,
} from '../core';
import { filesGiB } from './gpu-replica';
import { type CachedWeights, type ModelCache, storeEnv, weightsCommand } from './model-cache';
import type { MountedCache } from './mounted-cache';
import { DISK_SECONDS_PER_GIB, FOLDER, fromImage, fromPlace, type ModelImage } from './mounted-weights';
import { NodeCache } from './node-cache';

/** Where weights may lie, beside the hub. */
export type WeightsSource = ModelCache | NodeCache | MountedCache | ModelImage;

/** Where the weights of one server come from. */
export interface WeightsProps {
  /**
   * Where they lie: in a bucket of the platform, on the disks of its pool's nodes, in the bucket as a file system, or in
   * an image.
   * @default - none: each replica loads from the model hub when it starts
   */
  readonly weights?: WeightsSource;
  /**
   * Branch, tag or commit of the model on the hub.
   * @default 'main'
   */
  readonly revision?: string;
  /**
   * How weights get from the bucket onto the GPU: straight, or by the node's disk, which takes every format.
   * @default - 'copy' for less than 8 GiB of files, else 'stream'
   */
  readonly load?: 'stream' | 'copy';
  /**
   * Token of the model hub, for models behind a licence that each replica loads from there.
   * @default - none: the model is open, or the cache fetches it
   */
  readonly hubToken?: SecretRef;
  /**
   * Room for weights on the node's disk.
   * @default - from the size of the files, or 200 for a model whose size nobody knows
   */
  readonly weightsGiB?: number;
}

/** What follows for the pod. */
export interface Loading
  extends Pick<
    WorkloadProps,
    | 'diskGiB'
    | 'env'
    | 'identity'
    | 'init'
    | 'mounts'
    | 'pullSecrets'
    | 'sharedFiles'
    | 'waitsSeconds'
    | 'writable'
  > {
  readonly from: WeightsOrigin;
  /** What the engine is told to serve. */
  readonly model: string;
  /** What it is told of another model beside it. */
  readonly pathOf: (model: string) => string;
  /** Where an adapter lies. */
  readonly adapterPath: (name: string) => string;
  /** Straight from the bucket. */
  readonly streams: boolean;
  /** Files that are read from afar, by each process for itself. */
  readonly remote?: boolean;
  /** From the start of the container until they are on the GPU, at the slowest. */
  readonly secondsPerGiB: number;
  readonly env: EnvVars;
}

export interface Asked extends WeightsProps {
  /** As the hub spells it. */
  readonly model: string;
  readonly quantization?: string;
  /** Smaller models that guess for it. */
  readonly drafts: readonly string[];
  /** Adapters by name, as the hub spells them. */
  readonly adapters: Readonly<Record<string, { readonly model: string }>>;
  /** Image that the pod has anyway. */
  readonly image: string;
  /** GPUs of a replica, each with a process. */
  readonly gpus: number;
  /** Where its pods run; absent where nobody knows. */
  readonly pool?: INodePool;
  /**
   * Whose rights its pods have.
   * @default - one of their own
   */
  readonly identity?: WorkloadIdentity;
}

/** 50 MiB a second from the hub, 200 from a bucket: the slowest that is still healthy. */
const SECONDS_PER_GIB = { hub: 20, bucket: 5 };
/** Above this the way by a disk costs more than a minute. */
const STREAMED_GIB = 8;

/** How a server gets its weights. */
export function loading(server: Construct, asked: Asked): Loading {
  const { weights, pool } = asked;
  if (!weights) return fromHub(asked);
  if (isBucket(weights)) return fromBucket(server, asked, weights);
  if (asked.load) mustNotLoad(server, asked.load);
  if ('image' in weights) return fromImage(server, asked, weights);
  if (weights instanceof NodeCache && pool) weights.mustServe(server, pool);
  return fromPlace(server, asked, weights);
}

/** Whether a server reads the bucket itself. */
export const isBucket = (weights: WeightsSource | undefined): weights is ModelCache =>
  weights !== undefined && !('image' in weights) && weights.from === 's3';

/** What a pod has of it, beside its environment and its folders. */
export const podOf = (loading: Loading): Pick<Loading, (typeof POD_KEYS)[number]> =>
  Object.fromEntries(POD_KEYS.flatMap((key) => (loading[key] === undefined ? [] : [[key, loading[key]]])));

const POD_KEYS = [
  'sharedFiles',
  'identity',
  'init',
  'waitsSeconds',
  'mounts',
  'pullSecrets',
  'diskGiB',
] as const satisfies readonly (keyof Loading)[];

function mustNotLoad(server: Construct, load: string): never {
  throw new PlatformError(server, {
    what: `has 'load: ${load}', and weights that lie in a folder of the pod`,
    why: 'it chooses between two ways out of the bucket, and neither is taken',
    fix: 'delete load',
  });
}

function fromHub({ model, adapters, hubToken, weightsGiB, quantization }: Asked): Loading {
  const files = filesGiB(model, quantization);
  // Some repositories hold their weights twice, in two layouts.
  const room = weightsGiB ?? (files === undefined ? 200 : Math.ceil(2 * files) + 10);
  return {
    from: 'hub',
    model,
    pathOf: (other) => other,
    adapterPath: (name) => adapters[name].model,
    streams: false,
    secondsPerGiB: SECONDS_PER_GIB.hub,
    env: { HF_HOME: FOLDER, ...(hubToken ? { HF_TOKEN: hubToken } : {}) },
    writable: { [FOLDER]: `${room}Gi` },
  };
}

function fromBucket(server: Construct, asked: Asked, cache: ModelCache): Loading {
  const { model, revision, quantization } = asked;
  if (asked.hubToken) {
    throw new PlatformError(server, {
      what: "has 'hubToken', and reads its weights from a bucket",
      why: 'the Job that fills the bucket asks the hub, and no replica does',
      fix: 'give the token to the ModelCache',
    });
  }
  const files = filesGiB(model, quantization);
  const streams = (asked.load ?? ((files ?? STREAMED_GIB) < STREAMED_GIB ? 'copy' : 'stream')) === 'stream';
  const own = cache.fetch(model, revision, streams);
  const drafts = new Map(asked.drafts.map((draft) => [draft, cache.fetch(draft, 'main', streams)]));
  const adapters = Object.entries(asked.adapters).map(
    ([name, adapter]) => [`${FOLDER}/adapters/${name}`, cache.fetch(adapter.model)] as const,
  );
  const folderOf = (other: string) => `${FOLDER}/${other === model ? 'model' : other.split('/')[1]}`;
  const read: (readonly [folder: string, weights: CachedWeights])[] = [
    [streams ? '' : folderOf(model), own],
    ...[...drafts].map(([draft, weights]) => [streams ? '' : folderOf(draft), weights] as const),
    ...adapters,
  ];
  const copied = read.filter(([folder]) => folder);
  const copiedGiB = streams ? 0 : (files ?? 200);

  const identity = asked.identity ?? new WorkloadIdentity(server, 'Reader', { name: server.node.id });
  for (const [, { bucket, prefix }] of read) bucket.grantRead(identity, prefix);
  const waitsSeconds =
    Math.max(...read.map(([, { fetchSeconds }]) => fetchSeconds)) + copiedGiB * SECONDS_PER_GIB.bucket;
  const env = { ...storeEnv(server, own.bucket), HF_HUB_OFFLINE: '1' };
  return {
    from: 's3',
    model: streams ? own.url : folderOf(model),
    pathOf: (other) => (streams ? (drafts.get(other)?.url ?? other) : folderOf(other)),
    adapterPath: (name) => `${FOLDER}/adapters/${name}`,
    streams,
    secondsPerGiB: streams ? SECONDS_PER_GIB.bucket : DISK_SECONDS_PER_GIB[asked.pool?.disk ?? 'nvme'],
    env,
    identity,
    waitsSeconds: Math.ceil(waitsSeconds),
    sharedFiles: cache.filesFor(server),
    init: {
      // A replica that comes before its weights waits for them, and never starts on half of them.
      weights: {
        image: asked.image,
        command: weightsCommand(
          'load',
          own.bucket.name,
          `${Math.ceil(waitsSeconds)}`,
          ...read.map(([folder, { prefix }]) => (folder ? `${prefix}=${folder}` : prefix)),
        ),
        env,
        resources: { cpu: '1', memory: '2Gi' },
      },
    },
    ...(copied.length
      ? {
          writable: {
            [FOLDER]: `${asked.weightsGiB ?? Math.ceil(copiedGiB * 1.1) + 5 * copied.length}Gi`,
          },
        }
      : {}),
  };
}
