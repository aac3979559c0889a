import { objectOf, optional } from '../fields';
import { enumOf, integer, string } from '../scalars';
import { secretPath } from './text';

/** Ways that are known and not built. */
const notBuilt = ['nvme', 'mountpoint', 'image'];

const from = enumOf(
  'Where replicas load weights from: the bucket of the platform, or the model hub',
  ['s3', 'hub'],
  notBuilt,
);

/** Where the weights of all models come from. */
export const weights = objectOf('Where the weights of models come from', {
  from: optional({
    ...from,
    about: `${from.about}; absent means s3 in stg and prod, hub elsewhere`,
  }),
  token: optional(
    string('Path of the secret with the token of the model hub; never the token itself', secretPath),
  ),
});

/** What one model says of its weights. */
export const sourceKeys = {
  weights: optional(from),
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
