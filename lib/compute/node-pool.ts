import { Construct } from 'constructs';
import { type Arch, type Instance, instances } from '../catalog';
import type { INodePool } from '../contracts';
import { type Capacity, type Placement, PlatformError } from '../core';
import {
  chosenTypes,
  hasNvme,
  isIn,
  KarpenterPool,
  type PoolProps,
  type Requirement,
} from './karpenter-pool';
import { GP3, type Volume } from './node-volumes';

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
  /**
   * Disk of each node, for images, logs and scratch files.
   * @default - 100 GiB at 125 MiB a second
   */
  readonly disk?: NodeDisk;
}

/** A gp3 volume. Its operations follow from what it moves. */
export interface NodeDisk {
  /** @default 100 */
  readonly gib?: number;
  /**
   * What it reads or writes in a second, from 125 to 1000: an image of 10 GiB is written in 80 seconds at 125, in 20 at 500.
   * @default 125
   */
  readonly mibPerSecond?: number;
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
      volume: this.volume(props, matching),
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

  private volume({ disk }: NodePoolProps, matching: readonly Instance[]): Volume {
    const { gib = 100, mibPerSecond = GP3.mibPerSecond } = disk ?? {};
    if (disk && hasNvme({ matching })) {
      throw new PlatformError(this, {
        what: `has 'disk', and ${matching[0].type} has disks of its own`,
        why: 'images, logs and scratch files lie on those: the volume would be paid for and not used',
        fix: 'delete disk, or take types without local disks',
      });
    }
    if (mibPerSecond < GP3.mibPerSecond || mibPerSecond > GP3.mostMibPerSecond) {
      throw new PlatformError(this, {
        what: `'disk.mibPerSecond' is ${mibPerSecond}`,
        why: `a gp3 volume does ${GP3.mibPerSecond} at least and ${GP3.mostMibPerSecond} at most`,
        fix: `set it from ${GP3.mibPerSecond} to ${GP3.mostMibPerSecond}`,
      });
    }
    const [slowest] = [...matching].sort((a, b) => a.ebsGbps - b.ebsGbps);
    const most = Math.floor((slowest.ebsGbps * 1e9) / 8 / 2 ** 20);
    if (mibPerSecond > most) {
      throw new PlatformError(this, {
        what: `'disk.mibPerSecond' is ${mibPerSecond}, and ${slowest.type} reaches its volumes with ${most} at most`,
        why: 'the volume would be paid for what the node cannot use',
        fix: `lower it to ${most}, or take larger nodes: they reach their volumes faster`,
      });
    }
    return { gib, mibPerSecond };
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
