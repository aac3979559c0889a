import { Construct } from 'constructs';
import { gpuCounts, gpuNames, type Instance, instances, instancesWith } from '../catalog';
import type { INodePool, PoolDevice } from '../contracts';
import {
  type Capacity,
  didYouMean,
  type GpuDivision,
  type Placement,
  PlatformError,
  type Taint,
} from '../core';
import { mustCut, OWN_OPERANDS, settingsToml } from './bottlerocket';
import { EFA, EFA_NODES, LOCKED_MEMORY, leastInterfaces, withEfa } from './efa';
import {
  devicesOf,
  divisionLabels,
  divisionOf,
  type GpuDevices,
  overlayCapacity,
  resourcesOf,
} from './gpu-devices';
import { GPU_NODES, OPERAND_LABELS } from './gpu-operator';
import { chosenTypes, isIn, KarpenterPool, type PoolProps, type Requirement } from './karpenter-pool';
import { mustDrive, type NodeImage, needsOwnImage } from './node-image';
import { WHOLE_GPU } from './node-shape';
import { capacitiesOf, type Purchase } from './purchase';
import { staticNodes } from './static-nodes';

/** Which GPUs, and how many. */
export interface CardProps {
  /** Card of the nodes, as the catalog names it: `L40S`, `A100-80`. */
  readonly gpu: string;
  /**
   * GPUs on each node.
   * @default 1
   */
  readonly perNode?: number;
  /** Most GPUs that the pool may hold: the ceiling of the bill. */
  readonly limit: number;
}

export interface GpuNodePoolProps extends PoolProps, CardProps, Purchase {
  /**
   * What the nodes start from.
   * @default 'al2023'
   */
  readonly image?: NodeImage;
  /**
   * How each GPU is handed out.
   * @default - to one pod whole
   */
  readonly devices?: GpuDevices;
  /**
   * Only types with interfaces of the Elastic Fabric Adapter, for models over several nodes. Needs an `EfaDevicePlugin`.
   * @default false
   */
  readonly efa?: boolean;
  /**
   * Nodes that are there from the start and stay, no fewer and no more, whatever pods ask. They are of one type: name it in
   * `instanceTypes`. Needs a `Karpenter` with `staticCapacity`.
   * @default - as many as pods ask for
   */
  readonly static?: number;
}

/** Keeps everything off that did not ask for a GPU. */
export const GPU_TAINT: Taint = { key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' };

/** Nodes with one kind of GPU, so many on each, started by Karpenter when a pod asks for them. */
export class GpuNodePool extends Construct implements INodePool {
  public readonly name: string;
  public readonly gpu: string;
  public readonly gpusPerNode: number;
  /** What its nodes start from. */
  public readonly image: NodeImage;
  public readonly capacities: readonly Capacity[];
  public readonly zones: readonly string[];
  public readonly limit: number;
  public readonly static?: number;
  public readonly devices: readonly PoolDevice[];
  /** How each GPU is divided; absent where pods get it whole. */
  public readonly division?: GpuDivision;
  public readonly efa: INodePool['efa'];
  public readonly disk: INodePool['disk'];
  public readonly room: INodePool['room'];
  public readonly placement: Placement;

  constructor(scope: Construct, id: string, props: GpuNodePoolProps) {
    super(scope, id);
    this.gpu = props.gpu;
    this.gpusPerNode = props.perNode ?? 1;
    this.capacities = capacitiesOf(this, props);
    this.image = props.image ?? 'al2023';
    const itself = this.image === 'bottlerocket';
    this.mustBeSold();
    this.mustHoldANode(props);
    this.division = divisionOf(this, props.devices);
    if (itself) mustCut(this, this.gpu, this.division);

    const asked = `${this.gpusPerNode} ${this.gpu}`;
    const all = instancesWith({ gpu: this.gpu, count: this.gpusPerNode });
    const fitting = props.efa ? withEfa(this, all, asked) : all;
    const matching = chosenTypes(this, props, fitting, props.efa ? `${asked} and EFA` : asked);
    this.mustNotDivideWithEfa(props);
    this.static = staticNodes(this, { ...props, perNode: this.gpusPerNode }, matching);
    // What one node more may be there for is no pod's.
    this.limit = this.static === undefined ? props.limit : this.static * this.gpusPerNode;
    this.devices = devicesOf(this.division, this.gpusPerNode, this.limit, itself ? WHOLE_GPU : undefined);
    if (props.efa) this.efa = { resource: EFA, perNode: leastInterfaces(matching) };
    const name = props.name ?? id;
    const pool = new KarpenterPool(this, 'Nodes', {
      // The requirements on the card would admit its smaller types, which have none.
      pool: { ...props, name, ...(props.efa ? { instanceTypes: matching.map(({ type }) => type) } : {}) },
      capacities: this.capacities,
      ...(props.reservation ? { reservation: props.reservation } : {}),
      ...(props.ends ? { ends: props.ends } : {}),
      arch: matching[0].arch,
      matching,
      requirements: gpuRequirements(matching[0], this.gpusPerNode),
      labels: {
        ...GPU_NODES,
        ...OPERAND_LABELS,
        ...(itself ? OWN_OPERANDS : divisionLabels(name, this.division)),
        ...(props.efa ? EFA_NODES : {}),
      },
      image: this.image,
      ...this.userData(props),
      taints: [GPU_TAINT],
      ...(this.static === undefined ? {} : { static: this.static }),
      limits: this.limits(props, matching),
      devices: resourcesOf(this.devices),
      efa: props.efa ?? false,
      ...(this.division ? { division: this.division, overlay: overlayCapacity(this.devices) } : {}),
      // An engine's image alone is ten gigabytes, and weights may be staged beside it.
      volume: { gib: 200 },
      disruption: {
        // Moving a model costs minutes, so only nodes that serve nobody go.
        consolidationPolicy: 'WhenEmpty',
        consolidateAfter: this.static === undefined ? '10m' : 'Never',
        replaceAtOnce: '1',
        // Expiry heeds no budget. The image is pinned; a new one replaces nodes one by one.
        expireAfter: 'Never',
      },
    });
    this.name = pool.name;
    this.zones = pool.zones;
    this.disk = pool.disk;
    this.room = pool.room;
    this.placement = pool.placement;
  }

  /**
   * Nodes with divided GPUs report none that is whole, so none can be counted. Karpenter counts `nodes` between its
   * rounds but not within one, and devices only once they are registered: together they hold.
   */
  private limits({ limit }: CardProps, matching: readonly Instance[]): Readonly<Record<string, number>> {
    const nodes = Math.floor(limit / this.gpusPerNode);
    // Karpenter admits no other limit on a pool of so many nodes.
    if (this.static !== undefined) return { nodes };
    if (!this.division) return { [WHOLE_GPU]: limit };
    const devices = this.devices.map(({ resource, perNode }) => [resource, perNode * nodes]);
    const cpu = Math.max(...matching.map(({ vcpu }) => vcpu)) * nodes;
    return { nodes, cpu, ...Object.fromEntries(devices) };
  }

  /** Bottlerocket lifts the limit of locked memory by itself where it sees EFA. */
  private userData({ efa = false }: GpuNodePoolProps): { readonly userData?: string } {
    if (this.image === 'bottlerocket') return { userData: settingsToml(this.gpu, this.division, efa) };
    return efa ? { userData: LOCKED_MEMORY } : {};
  }

  private mustNotDivideWithEfa({ efa, devices }: GpuNodePoolProps): void {
    if (!efa || !devices) return;
    throw new PlatformError(this, {
      what: "has 'efa' and 'devices'",
      why: 'the interfaces are for models that fill several nodes, and those need whole GPUs',
      fix: 'delete one of the two',
    });
  }

  private mustBeSold(): void {
    const known = gpuNames().filter((name) => !needsOwnImage(name));
    mustDrive(this, this.gpu, this.image, known);
    const counts = gpuCounts(this.gpu);
    if (counts.length === 0) {
      throw new PlatformError(this, {
        what: `'gpu' is '${this.gpu}', which the catalog does not know${didYouMean(this.gpu, known)}`,
        why: 'Karpenter would find no instance type, and every pod of the pool would stay Pending',
        fix: `choose from ${known.join(', ')}`,
      });
    }
    if (counts.includes(this.gpusPerNode)) return;
    throw new PlatformError(this, {
      what: `'perNode' is ${this.gpusPerNode}, but no instance type has ${this.gpusPerNode} ${this.gpu}`,
      why: 'EC2 sells nodes with fixed numbers of a card',
      fix: `set perNode to ${counts.join(' or ')}: ${counts.map((count) => typesOf(this.gpu, count)).join('; ')}`,
    });
  }

  private mustHoldANode({ limit }: CardProps): void {
    if (limit >= this.gpusPerNode) return;
    throw new PlatformError(this, {
      what: `'limit' is ${limit} GPUs, but each node has ${this.gpusPerNode}`,
      why: 'the first node would already exceed the limit, so none would start',
      fix: `set limit to at least ${this.gpusPerNode}`,
    });
  }
}

const typesOf = (gpu: string, count: number): string =>
  `${count} in ${instancesWith({ gpu, count })
    .map(({ type }) => type)
    .join(', ')}`;

/** Requirements on the card and its number. */
export function gpuRequirements({ gpu }: Instance, count: number): Requirement[] {
  if (!gpu) return [];
  // EC2 calls both A100 by one name: the memory tells them apart.
  const ambiguous = instances().some(
    (other) => other.gpu?.ec2Name === gpu.ec2Name && other.gpu.name !== gpu.name,
  );
  return [
    isIn('karpenter.k8s.aws/instance-gpu-name', [gpu.ec2Name]),
    isIn('karpenter.k8s.aws/instance-gpu-count', [`${count}`]),
    ...(ambiguous ? [isIn('karpenter.k8s.aws/instance-gpu-memory', [`${gpu.memoryMiB}`])] : []),
  ];
}
