import { Construct } from 'constructs';
import { instancesWith } from '../catalog';
import type { INodePool, PoolDevice } from '../contracts';
import { type Capacity, declare, type Placement, PlatformError } from '../core';
import { devicesOf, resourcesOf } from './gpu-devices';
import { type CardProps, GPU_TAINT, gpuRequirements } from './gpu-node-pool';
import { chosenTypes, KarpenterPool, type PoolProps } from './karpenter-pool';
import { WHOLE_GPU } from './node-shape';

export interface AutoModeGpuPoolProps extends PoolProps, CardProps {
  /**
   * How the nodes are bought. Open capacity reservations are used first, whatever is said here.
   * @default 'on-demand'
   */
  readonly capacity?: 'on-demand' | 'spot';
}

/** Auto Mode's default class gives nodes this much, whatever disks they have. */
const DEFAULT_VOLUME_GIB = 80;
/** Auto Mode ends a node after 21 days; so it goes by its own budget before. */
const LONGEST_LIFE = '480h';
/** Auto Mode waits a day for a node's pods; a pool waits a little longer than they need. */
const LONGEST_DRAIN_SECONDS = 24 * 3600 - 300;

/**
 * Nodes with one kind of GPU in a cluster that runs EKS Auto Mode: AWS starts them and brings driver and device plugin.
 * GPUs are whole there: MIG and time-slicing need a `GpuNodePool` and a Karpenter of one's own.
 */
export class AutoModeGpuPool extends Construct implements INodePool {
  public readonly name: string;
  public readonly gpu: string;
  public readonly gpusPerNode: number;
  public readonly capacities: readonly Capacity[];
  public readonly zones: readonly string[];
  public readonly limit: number;
  public readonly devices: readonly PoolDevice[];
  public readonly disk: INodePool['disk'];
  public readonly room: INodePool['room'];
  public readonly placement: Placement;

  constructor(scope: Construct, id: string, props: AutoModeGpuPoolProps) {
    super(scope, id);
    this.gpu = props.gpu;
    this.gpusPerNode = props.perNode ?? 1;
    this.capacities = [props.capacity ?? 'on-demand'];
    this.limit = props.limit;
    this.mustDrainInADay(props);
    const asked = `${this.gpusPerNode} ${this.gpu}`;
    const fitting = instancesWith({ gpu: this.gpu, count: this.gpusPerNode });
    if (fitting.length === 0) {
      throw new PlatformError(this, {
        what: `no instance type has ${asked}`,
        why: 'Auto Mode would find nothing to start, and every pod of the pool would stay Pending',
        fix: 'see which there are: nexus fit <model>',
      });
    }
    const matching = chosenTypes(this, props, fitting, asked);
    this.devices = devicesOf(undefined, this.gpusPerNode, this.limit);
    const pool = new KarpenterPool(this, 'Nodes', {
      manager: 'auto-mode',
      pool: { ...props, name: props.name ?? id },
      capacities: this.capacities,
      arch: matching[0].arch,
      matching,
      requirements: gpuRequirements(matching[0], this.gpusPerNode),
      labels: {},
      taints: [GPU_TAINT],
      limits: { [WHOLE_GPU]: this.limit },
      devices: resourcesOf(this.devices),
      volume: { gib: DEFAULT_VOLUME_GIB },
      disruption: {
        consolidationPolicy: 'WhenEmpty',
        consolidateAfter: '10m',
        replaceAtOnce: '1',
        expireAfter: LONGEST_LIFE,
      },
    });
    // They come with the cluster, and with no release of ours.
    declare(this, 'provides', { kinds: ['karpenter.sh/NodePool', 'eks.amazonaws.com/NodeClass'] });
    this.name = pool.name;
    this.zones = pool.zones;
    this.disk = pool.disk;
    this.room = pool.room;
    this.placement = pool.placement;
  }

  private mustDrainInADay({ drainSeconds = 0 }: AutoModeGpuPoolProps): void {
    if (drainSeconds <= LONGEST_DRAIN_SECONDS) return;
    throw new PlatformError(this, {
      what: `'drainSeconds' is ${drainSeconds}`,
      why: 'EKS Auto Mode gives a node a day to drain, and then ends it',
      fix: `lower drainSeconds to ${LONGEST_DRAIN_SECONDS}, or use a GpuNodePool`,
    });
  }
}
