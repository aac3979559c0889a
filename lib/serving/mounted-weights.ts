import type { Construct } from 'constructs';
import { clusterOf, type EnvVars, type ISecret, PlatformError, WorkloadIdentity } from '../core';
import { filesGiB } from './gpu-replica';
import type { IWeightsPlace } from './placed-weights';
import { nodeWeights } from './shared-program';
import type { Asked, Loading } from './weights';

/** An image that holds the files of one model. */
export interface ModelImage {
  /** Repository with a digest; in tier prod a tag is refused. */
  readonly image: string;
  /**
   * Folder of the image in which `config.json` lies.
   * @default - its root
   */
  readonly path?: string;
  /**
   * Login of its registry: a Secret of type `kubernetes.io/dockerconfigjson`.
   * @default - none: the node's own rights, which reach ECR
   */
  readonly pullSecret?: Pick<ISecret, 'name'>;
}

export const FOLDER = '/weights';
/** From the disk of a node, at the slowest that is still healthy: its own at 500 MiB a second, or a volume of gp3 at 125. */
export const DISK_SECONDS_PER_GIB = { nvme: 2, ebs: 9 };
/** Pulled and unpacked, one layer after the other. */
const PULL_SECONDS_PER_GIB = 10;
const UNKNOWN_GIB = 200;

/** Nobody asks the hub for what lies in a folder. */
const OFFLINE: EnvVars = { HF_HUB_OFFLINE: '1' };

/** Files that somebody else has lie in folders of the pod. */
export function fromPlace(server: Construct, asked: Asked, place: IWeightsPlace): Loading {
  const { model, revision, adapters } = asked;
  const sizeOf = (other: string, quantization?: string) =>
    (other === model ? asked.weightsGiB : undefined) ?? filesGiB(other, quantization) ?? UNKNOWN_GIB;
  const folderOf = (other: string) => `${FOLDER}/${other === model ? 'model' : other.split('/')[1]}`;
  const identity = asked.identity ?? new WorkloadIdentity(server, 'Reader', { name: server.node.id });
  const wanted = [
    [folderOf(model), { model, revision, GiB: sizeOf(model, asked.quantization) }] as const,
    ...[...new Set(asked.drafts)].map(
      (draft) => [folderOf(draft), { model: draft, GiB: sizeOf(draft) }] as const,
    ),
    ...Object.entries(adapters).map(
      ([name, adapter]) =>
        [`${FOLDER}/adapters/${name}`, { model: adapter.model, GiB: ADAPTER_GIB }] as const,
    ),
  ];
  const placed = wanted.map(([folder, weights]) => [folder, place.place(server, weights, identity)] as const);
  const waitsSeconds = Math.ceil(Math.max(...placed.map(([, folder]) => folder.waitsSeconds)));
  const diskGiB = placed.reduce((sum, [, folder]) => sum + (folder.diskGiB ?? 0), 0);
  return {
    from: place.from,
    model: folderOf(model),
    pathOf: folderOf,
    adapterPath: (name) => `${FOLDER}/adapters/${name}`,
    streams: false,
    remote: place.remote,
    // Each process of a replica reads every file, for its part of it.
    secondsPerGiB: place.secondsPerGiB * (place.remote ? asked.gpus : 1),
    env: OFFLINE,
    identity,
    mounts: Object.fromEntries(placed.map(([folder, { mount }]) => [folder, mount])),
    ...(diskGiB ? { diskGiB } : {}),
    waitsSeconds,
    sharedFiles: place.filesFor(server),
    init: {
      weights: {
        image: asked.image,
        command: nodeWeights('await', `${waitsSeconds}`, ...placed.map(([folder]) => folder)),
        resources: { cpu: '100m', memory: '128Mi' },
      },
    },
  };
}

/** Taken for an adapter, which nobody describes. */
const ADAPTER_GIB = 1;

/** Files that the node pulls as an image, and keeps for the next pod. */
export function fromImage(server: Construct, asked: Asked, weights: ModelImage): Loading {
  mustBeOne(server, asked);
  mustKnowImages(server);
  const GiB = asked.weightsGiB ?? filesGiB(asked.model, asked.quantization) ?? UNKNOWN_GIB;
  const { image, path, pullSecret } = weights;
  const subPath = path?.replace(/^\/+|\/+$/g, '');
  const folder = `${FOLDER}/model`;
  return {
    from: 'image',
    model: folder,
    pathOf: () => folder,
    adapterPath: (name) => name,
    streams: false,
    secondsPerGiB: DISK_SECONDS_PER_GIB[asked.pool?.disk ?? 'nvme'],
    env: OFFLINE,
    mounts: { [folder]: { image, ...(subPath ? { subPath } : {}) } },
    ...(pullSecret ? { pullSecrets: [pullSecret.name] } : {}),
    // Layers lie on the disk as they came until they are unpacked beside it.
    diskGiB: Math.ceil(2 * GiB),
    waitsSeconds: Math.ceil(GiB * PULL_SECONDS_PER_GIB),
  };
}

function mustBeOne(server: Construct, { drafts, adapters, revision, hubToken }: Asked): void {
  const [what, where] = drafts.length
    ? ['a draft model', 'speculative']
    : Object.keys(adapters).length
      ? ['adapters', 'adapters']
      : [];
  if (what) {
    throw new PlatformError(server, {
      what: `has weights in an image, and ${what}`,
      why: 'the image holds the files of one model, and its pods reach nobody who has the others',
      fix: `delete '${where}', or load from the bucket (weights: s3)`,
    });
  }
  const idle = revision ? 'revision' : hubToken ? 'hubToken' : undefined;
  if (!idle) return;
  throw new PlatformError(server, {
    what: `has weights in an image, and '${idle}'`,
    why: 'nobody asks the hub: what is served is what the image holds',
    fix: `delete ${idle}`,
  });
}

/** Off below it. */
const FIRST_MINOR = 35;

function mustKnowImages(server: Construct): void {
  const { kubernetes } = clusterOf(server);
  if (Number(kubernetes.split('.')[1]) >= FIRST_MINOR) return;
  throw new PlatformError(server, {
    what: `has weights in an image, on Kubernetes ${kubernetes}`,
    why: `images as volumes are switched off before 1.${FIRST_MINOR}: the API server drops the volume's source and refuses the pod`,
    fix: 'load from the bucket (weights: s3)',
  });
}
