import { eitherOf, valueOr } from '../choices';
import { type Field, listOf, mapOf, objectOf, optional, withDefault } from '../fields';
import { boolean, enumOf, integer, string } from '../scalars';
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

const divided = eitherOf('How each GPU is handed out; absent means to one pod whole', {
  mig: objectOf('Slices of each GPU, each with its own memory', {
    mig: listOf(
      'Slices of one GPU',
      string('Slice', { pattern: /^[1-7]g\.\d{1,3}gb$/, format: 'a MIG slice such as 3g.40gb' }),
      { min: 1, unique: false },
    ),
  }),
  timeSlicing: objectOf('Pods that take turns on each GPU and share its memory', {
    timeSlicing: integer('Pods on one GPU', { min: 2, max: 48 }),
  }),
});

/** By claim pods get GPUs of no pool: what stands in the way is named, since people look for it here. */
const devices: typeof divided = {
  ...divided,
  read: (node, path, report) => {
    const claims = node.type === 'map' && ['claims', 'dra'].some((key) => node.entries.has(key));
    if (!claims) return divided.read(node, path, report);
    const why =
      'Karpenter 1.14 starts no node for pods with claims, and the GPU Operator runs either its device plugin or its driver for claims in a whole cluster';
    return void report(
      node.place,
      path,
      `claims are not offered: ${why}; write 'mig' or 'timeSlicing', or delete it`,
    );
  },
};

/** Chips of AWS, which people look for among the GPUs and their nodes. */
const NEURON = /^(inf\d|trn\d|inferentia|trainium|neuron)/i;
const NO_NEURON =
  'its chips need other images, engines and sizes than NVIDIA GPUs, and none of them is proven here';

/** A field that says of Neuron why it is not offered, and not only that it is unknown. */
const withoutNeuron = <T>(field: Field<T>, instead: string): Field<T> => ({
  ...field,
  read: (node, path, report) => {
    if (node.type !== 'scalar' || !NEURON.test(String(node.value))) return field.read(node, path, report);
    return void report(node.place, path, `'${node.value}' is not offered: ${NO_NEURON}; ${instead}`);
  },
});

/** One more runs on an image of one's own alone. */
const gpu = withoutNeuron(
  enumOf('GPU of the nodes', [...GPUS, 'RTX-PRO-4500']),
  `choose from ${GPUS.join(', ')}`,
);

const instanceTypes = optional(
  listOf(
    'Instance types to choose from; absent means every one that fits',
    withoutNeuron(string('Instance type', instanceType), 'name types without such chips'),
    { min: 1 },
  ),
);

const image = valueOr(
  enumOf('What the nodes start from', ['al2023', 'bottlerocket']),
  objectOf("An image of one's own, built from the EKS image of Amazon Linux 2023", {
    ami: string('Its id in the region', {
      pattern: /^ami-[0-9a-f]{8,17}$/,
      format: 'an image such as ami-0123456789abcdef0',
    }),
    driver: integer("Branch of NVIDIA's driver in it, such as 595", { min: 1 }),
  }),
);

const gpuPool = objectOf('Nodes with GPUs', {
  gpu,
  perNode: withDefault(enumOf('GPUs of one node', [1, 2, 4, 8]), 1),
  capacity: withDefault(
    enumOf('How the nodes are bought', ['on-demand', 'spot', 'reserved', 'block']),
    'on-demand',
  ),
  fallback: optional(enumOf('What to buy when there is none of it', ['on-demand', 'spot'])),
  limit: integer('Most GPUs that the pool may have', { min: 1 }),
  warm: optional(integer('Nodes that are kept started beyond those in use', { min: 1 })),
  buffer: optional(
    integer('The same without pods that hold them, by a feature of Karpenter that is alpha', { min: 1 }),
  ),
  static: optional(
    integer('Nodes that are always there, no fewer and no more, by a feature of Karpenter that is alpha', {
      min: 1,
    }),
  ),
  prepull: optional(
    boolean('Each node pulls the images of all models of the pool, before they are delivered'),
  ),
  reservation: optional(
    string('Capacity reservation that the nodes come from', {
      pattern: /^cr-[0-9a-f]{8,17}$/,
      format: 'a capacity reservation such as cr-0123456789abcdef0',
    }),
  ),
  ends: optional(
    string('Last day of a capacity block', {
      pattern: /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
      format: "a day in quotes such as '2027-01-31'",
    }),
  ),
  image: optional(image),
  devices: optional(devices),
  efa: optional(boolean('Only types with EFA interfaces, for models over several nodes')),
  zones,
  instanceTypes,
});

const cpuPool = objectOf('Nodes without GPUs, and without a taint', {
  cpu: enumOf('Says that the pool has no GPUs', [true]),
  arch: withDefault(enumOf('Processor of the nodes', ['amd64', 'arm64']), 'amd64'),
  capacity: withDefault(enumOf('How the nodes are bought', ['on-demand', 'spot']), 'on-demand'),
  limit: optional(integer('Most vCPUs that the pool may have', { min: 1 })),
  vcpus: optional(
    objectOf('Sizes of its nodes; absent means every size from 2 vCPUs', {
      min: optional(integer('vCPUs of the smallest node', { min: 2 })),
      max: optional(integer('vCPUs of the largest node', { min: 2 })),
    }),
  ),
  disk: optional(
    objectOf('Disk of each node, for images and scratch files', {
      gib: optional(integer('GiB', { min: 20, max: 16384 })),
      mibPerSecond: optional(integer('What it reads or writes in a second', { min: 125, max: 1000 })),
    }),
  ),
  weight: optional(
    integer('Which pool is tried first where several would do: higher ones', { min: 1, max: 100 }),
  ),
  zones,
  instanceTypes,
});

/** Node pools by name. */
export const pools = mapOf(
  'Node pools, by name',
  label,
  eitherOf('A GPU pool or a CPU pool', { gpu: gpuPool, cpu: cpuPool }),
);
