import { eitherOf } from '../choices';
import { listOf, mapOf, objectOf, optional, withDefault } from '../fields';
import { enumOf, integer, string } from '../scalars';
import { instanceType, label, zone } from './text';

/** GPUs that a pool may have. */
export const GPUS = [
  'T4',
  'A10G',
  'L4',
  'L40S',
  'A100-40',
  'A100-80',
  'H100',
  'H200',
  'B200',
  'B300',
  'RTX-PRO-6000',
] as const;

const zones = optional(
  listOf('Zones of the environment to stay in; absent means all of them', string('Availability zone', zone), {
    min: 1,
  }),
);

const instanceTypes = optional(
  listOf(
    'Instance types to choose from; absent means every one that fits',
    string('Instance type', instanceType),
    { min: 1 },
  ),
);

const gpuPool = objectOf('Nodes with GPUs', {
  gpu: enumOf('GPU of the nodes', GPUS),
  perNode: withDefault(enumOf('GPUs of one node', [1, 2, 4, 8]), 1),
  capacity: withDefault(enumOf('How the nodes are bought', ['on-demand', 'spot', 'reserved']), 'on-demand'),
  limit: integer('Most GPUs that the pool may have', { min: 1 }),
  warm: optional(integer('Nodes that are kept started beyond those in use', { min: 1 })),
  reservation: optional(
    string('Capacity reservation that the nodes come from', {
      pattern: /^cr-[0-9a-f]{8,17}$/,
      format: 'a capacity reservation such as cr-0123456789abcdef0',
    }),
  ),
  zones,
  instanceTypes,
});

const cpuPool = objectOf('Nodes without GPUs, and without a taint', {
  cpu: enumOf('Says that the pool has no GPUs', [true]),
  arch: withDefault(enumOf('Processor of the nodes', ['amd64', 'arm64']), 'amd64'),
  capacity: withDefault(enumOf('How the nodes are bought', ['on-demand', 'spot']), 'on-demand'),
  limit: optional(integer('Most vCPUs that the pool may have', { min: 1 })),
  zones,
  instanceTypes,
});

/** Node pools by name. */
export const pools = mapOf(
  'Node pools, by name',
  label,
  eitherOf('A GPU pool or a CPU pool', { gpu: gpuPool, cpu: cpuPool }),
);
