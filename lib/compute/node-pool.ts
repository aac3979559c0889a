import { Construct } from 'constructs';
import { type Arch, instances } from '../catalog';
import type { INodePool } from '../contracts';
import { type Capacity, type Placement, PlatformError } from '../core';
import { chosenTypes, isIn, KarpenterPool, type PoolProps, type Requirement } from './karpenter-pool';

export interface NodePoolProps extends PoolProps {
  /**
   * Processor of the nodes. Those of arm64 are tainted: only pods placed there land there, whose images are built for it.
   * @default 'amd64'
   */
  readonly arch?: Arch;
  /**
   * How the nodes are bought.
   * @default 'on-demand'
   */
  readonly capacity?: 'on-demand' | 'spot';
  /**
   * Most vCPUs that the pool may hold.
   * @default 256
   */
  readonly limit?: number;
  /**
   * Smallest and largest node, in vCPUs. Small ones spend more of themselves on DaemonSets, large ones take more with
   * them when they go.
   * @default - every size from 2 vCPUs
   */
  readonly vcpus?: { readonly min?: number; readonly max?: number };
  /**
   * Which of several pools that would do is tried first, from 1 to 100: higher ones.
   * @default - none is preferred, and the cheapest node is taken
   */
  readonly weight?: number;
}

/** Compute, general and memory types; what bursts or stores is chosen by name. */
const CATEGORIES = ['c', 'm', 'r'];
/** Older ones cost more for less. */
const OLDEST_GENERATION = 6;
/** On one core the DaemonSets leave nothing. */
const SMALLEST = 2;

/** An image built for other processors starts with `exec format error`, on whichever node is cheapest. */
const FOREIGN = { key: 'kubernetes.io/arch', value: 'arm64', effect: 'NoSchedule' } as const;

/** Nodes without a GPU and, on amd64, without a taint: for everything that names no other pool. */
export class NodePool extends Construct implements INodePool {
  public readonly name: string;
  public readonly gpusPerNode = 0;
  public readonly capacities: readonly Capacity[];
  public readonly devices: INodePool['devices'] = [];
  public readonly limit: number;
  public readonly room: INodePool['room'];
  public readonly placement: Placement;

  constructor(scope: Construct, id: string, props: NodePoolProps = {}) {
    super(scope, id);
    const arch = props.arch ?? 'amd64';
    this.capacities = [props.capacity ?? 'on-demand'];
    this.limit = props.limit ?? 256;

    const { min = SMALLEST, max = Number.POSITIVE_INFINITY } = props.vcpus ?? {};
    const suitable = instances().filter((type) => !type.gpu && type.arch === arch);
    const inSize = suitable.filter(
      ({ category, generation, vcpu }) =>
        CATEGORIES.includes(category) && generation >= OLDEST_GENERATION && vcpu >= min && vcpu <= max,
    );
    const chosen = props.instanceTypes
      ? chosenTypes(this, props, suitable, `${arch} processors without a GPU`)
      : inSize;
    if (chosen.length === 0) {
      throw new PlatformError(this, {
        what: `no ${arch} type has ${min} to ${max} vCPUs`,
        why: 'Karpenter would find nothing to start, and everything without a GPU would stay Pending',
        fix: 'widen vcpus, such as { min: 2, max: 32 }',
      });
    }
    // Karpenter starts no node that would exceed the limit.
    const matching = chosen.filter((type) => type.vcpu <= this.limit);
    if (matching.length === 0) {
      const least = Math.min(...chosen.map((type) => type.vcpu));
      throw new PlatformError(this, {
        what: `'limit' is ${this.limit} vCPUs, but the smallest node has ${least}`,
        why: 'the first node would already exceed the limit, so none would start',
        fix: `set limit to at least ${least}`,
      });
    }

    const pool = new KarpenterPool(this, 'Nodes', {
      pool: { ...props, name: props.name ?? id },
      capacities: this.capacities,
      devices: {},
      arch,
      matching,
      requirements: props.instanceTypes ? [] : usual({ min, max }),
      ...(props.weight === undefined ? {} : { weight: props.weight }),
      labels: {},
      taints: arch === 'arm64' ? [FOREIGN] : [],
      limits: { cpu: this.limit },
      volumeGiB: 100,
      disruption: {
        consolidationPolicy: 'WhenEmptyOrUnderutilized',
        consolidateAfter: '5m',
        replaceAtOnce: '10%',
        expireAfter: '720h',
      },
    });
    this.name = pool.name;
    this.room = pool.room;
    this.placement = pool.placement;
  }
}

/** The usual types, in Karpenter's labels. */
const usual = ({ min, max }: { readonly min: number; readonly max: number }): readonly Requirement[] => [
  isIn('karpenter.k8s.aws/instance-category', CATEGORIES),
  { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: [`${OLDEST_GENERATION - 1}`] },
  { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Gt', values: [`${min - 1}`] },
  ...(Number.isFinite(max)
    ? [{ key: 'karpenter.k8s.aws/instance-cpu', operator: 'Lt' as const, values: [`${max + 1}`] }]
    : []),
  // Bare metal takes a quarter of an hour to start; it has no hypervisor.
  isIn('karpenter.k8s.aws/instance-hypervisor', ['nitro']),
];
