import { objectOf, optional } from '../fields';
import { enumOf, integer, string } from '../scalars';
import { secretPath } from './text';

/** Where weights of any model may lie. */
const PLACES = ['s3', 'hub', 'nvme', 'mountpoint'] as const;
const about =
  "Where replicas load weights from: the bucket of the platform, the model hub, the node's own disks, or the bucket as files";

/** Where the weights of all models come from. */
export const weights = objectOf('Where the weights of models come from', {
  from: optional(enumOf(`${about}; absent means s3 in stg and prod, hub elsewhere`, PLACES)),
  token: optional(
    string('Path of the secret with the token of the model hub; never the token itself', secretPath),
  ),
});

const image = objectOf('Image that holds the files of one model, for weights: image', {
  reference: string('Repository with a digest; in tier prod nothing else', {
    pattern: /^[a-z0-9][\w./:-]*[:@][\w.:-]+$/,
    format: 'an image with its digest or tag, such as registry.example.com/models/qwen3-32b@sha256:…',
  }),
  path: optional(
    string('Folder of the image in which config.json lies; absent means its root', {
      pattern: /^\/?[\w][\w.-]*(\/[\w][\w.-]*)*$/,
      format: 'a folder such as models/qwen3-32b',
    }),
  ),
  pullSecret: optional(
    string(
      'Path of the secret with the login of its registry; absent means the rights of the node, which reach ECR',
      secretPath,
    ),
  ),
});

/** What one model says of its weights. */
export const sourceKeys = {
  weights: optional(enumOf(`${about}, or an image`, [...PLACES, 'image'])),
  weightsImage: optional(image),
  revision: optional(
    string('Branch, tag or commit of the model on the hub', {
      pattern: /^[\w][\w./-]*$/,
      format: 'a branch, tag or commit',
    }),
  ),
  weightsGiB: optional(integer('Room for weights on the disk of the node, in GiB', { min: 1 })),
};

/** The same for an engine that can stream. */
export const weightKeys = {
  ...sourceKeys,
  load: optional(
    enumOf('Straight from the bucket onto the GPU, or by the disk of the node', ['stream', 'copy']),
  ),
};
