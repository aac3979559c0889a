import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { findInstance, type Instance, instances } from '../catalog';
import {
  clusterName,
  clusterScoped,
  declare,
  didYouMean,
  discoveryTag,
  type Labels,
  type Placement,
  PlatformError,
  type PoolFact,
  roleName,
  type Taint,
  type Toleration,
} from '../core';
import { type AwsCluster, awsClusterOf } from './aws-cluster';
import { EFA } from './efa';
import { type NodeImage, selectedBy } from './node-image';
import { nodeShape } from './node-shape';
import { type Volume, volumesOf } from './node-volumes';

/** Label of every node of a pool, with the pool's name: what pods select by. */
export const POOL_LABEL = 'nexus.dev/pool';
/** Short name of the role that the nodes of all pools run as. */
export const NODE_ROLE = 'karpenter-node';

/** What a CPU pool and a GPU pool are asked alike. */
export interface PoolProps {
  /**
   * Name of the pool.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Zones to stay in.
   * @default - all of the cluster
   */
  readonly zones?: readonly string[];
  /**
   * Instance types to choose from.
   * @default - every one that fits
   */
  readonly instanceTypes?: readonly string[];
  /**
   * Longest work in flight on these nodes: a node that goes waits this long for it, and a little longer.
   * @default 3600
   */
  readonly drainSeconds?: number;
}

/** Karpenter's requirement on a label. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

/** How nodes leave. */
export interface Disruption {
  readonly consolidationPolicy: PoolFact['consolidation'];
  readonly consolidateAfter: string;
  /** How many nodes may be replaced at once; empty ones go freely. */
  readonly replaceAtOnce: string;
  /** Longest life of a node. */
  readonly expireAfter: string;
}

/** Who starts the nodes: our own Karpenter with a class of ours, or the one inside EKS Auto Mode with its default class. */
export type PoolManager = 'karpenter' | 'auto-mode';

/** What requirements on instance types are called. */
const INSTANCE: Readonly<Record<PoolManager, string>> = {
  karpenter: 'karpenter.k8s.aws/instance-',
  'auto-mode': 'eks.amazonaws.com/instance-',
};

interface KarpenterPoolProps {
  /** @default 'karpenter' */
  readonly manager?: PoolManager;
  readonly pool: PoolProps;
  readonly capacities: PoolFact['capacities'];
  readonly reservation?: string;
  /** Day on which AWS takes the nodes back. */
  readonly ends?: string;
  readonly arch: PoolFact['arch'];
  /** Types that the requirements admit, as the catalog knows them. */
  readonly matching: readonly Instance[];
  /** What the kind of pool asks of a type. */
  readonly requirements: readonly Requirement[];
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly limits: Readonly<Record<string, number>>;
  /**
   * Nodes that are there whatever pods ask; `limits` may then count nodes alone.
   * @default - as many as pods ask for
   */
  readonly static?: number;
  /** Tried first where several pools would do. */
  readonly weight?: number;
  /** What pods can ask of each node beside CPU and memory. */
  readonly devices: Readonly<Record<string, number>>;
  /**
   * Whether pods can ask for the EFA interfaces of each type.
   * @default false
   */
  readonly efa?: boolean;
  /** @default 'al2023' */
  readonly image?: NodeImage;
  /**
   * What the node image reads at its first start.
   * @default - nothing beside what Karpenter writes
   */
  readonly userData?: string;
  readonly division?: PoolFact['division'];
  /** What Karpenter cannot know of the nodes. */
  readonly overlay?: Readonly<Record<string, string>>;
  /** Of nodes whose types have no NVMe. */
  readonly volume: Volume;
  readonly disruption: Disruption;
}

/** Leaving every proxy, and the last word of a process, before and after the work in flight. */
const DRAIN_MARGIN_SECONDS = 300;

/** What runs on every node beside our pods: network, proxy, disks, exporters, the GPU operands. */
const DAEMONS = { cpu: 0.5, memoryGiB: 1.75 };

/** A NodePool with an EC2NodeClass of its own, and the fact of what its nodes can hold. */
export class KarpenterPool extends Construct {
  public readonly name: string;
  public readonly placement: Placement;
  public readonly zones: readonly string[];
  public readonly disk: 'nvme' | 'ebs';
  /** What the smallest of the nodes has left for our pods. */
  public readonly room: { readonly cpu: number; readonly memoryGiB: number };

  constructor(scope: Construct, id: string, props: KarpenterPoolProps) {
    super(scope, id);
    const { pool, capacities, matching, taints } = props;
    const cluster = awsClusterOf(scope);
    this.name = pool.name ?? scope.node.id;
    const zones = zonesOf(scope, cluster, pool);
    this.zones = zones;
    this.disk = props.manager !== 'auto-mode' && hasNvme(props) ? 'nvme' : 'ebs';
    const labels = { [POOL_LABEL]: this.name, ...props.labels };
    this.placement = {
      pool: this.name,
      nodeSelector: { [POOL_LABEL]: this.name },
      ...(taints.length ? { tolerations: taints.map(toleration) } : {}),
    };
    this.room = {
      cpu: Math.min(...matching.map((type) => type.allocatable.cpuMillis)) / 1000 - DAEMONS.cpu,
      memoryGiB: Math.min(...matching.map((type) => type.allocatable.memoryMiB)) / 1024 - DAEMONS.memoryGiB,
    };

    if (props.manager !== 'auto-mode') this.nodeClass(cluster, props);
    this.nodePool(props, labels, [
      ...props.requirements,
      ...(pool.instanceTypes ? [isIn('node.kubernetes.io/instance-type', pool.instanceTypes)] : []),
      isIn('kubernetes.io/arch', [props.arch]),
      isIn('kubernetes.io/os', ['linux']),
      isIn('karpenter.sh/capacity-type', capacities),
      isIn('topology.kubernetes.io/zone', zones),
    ]);
    if (props.overlay) this.nodeOverlay(props.overlay);
    declare(this, 'pool', this.fact(props, labels, zones));
  }

  private nodeClass(cluster: AwsCluster, props: KarpenterPoolProps): void {
    const { image = 'al2023', reservation } = props;
    const nvme = hasNvme(props);
    const object = new ApiObject(this, 'NodeClass', {
      apiVersion: 'karpenter.k8s.aws/v1',
      kind: 'EC2NodeClass',
      metadata: { name: this.name },
      spec: {
        ...selectedBy(image),
        role: roleName(cluster, NODE_ROLE),
        subnetSelectorTerms: [{ tags: discoveryTag(cluster) }],
        // The tag that EKS itself writes on the cluster's own group: one group, so nodes reach each other and DNS.
        securityGroupSelectorTerms: [{ tags: { 'aws:eks:cluster-name': clusterName(cluster) } }],
        ...(reservation ? { capacityReservationSelectorTerms: [{ id: reservation }] } : {}),
        ...(nvme ? { instanceStorePolicy: 'RAID0' } : {}),
        ...(props.userData ? { userData: props.userData } : {}),
        blockDeviceMappings: volumesOf(image, nvme, props.volume),
        // One hop: a pod cannot become its node.
        metadataOptions: {
          httpEndpoint: 'enabled',
          httpProtocolIPv6: 'disabled',
          httpPutResponseHopLimit: 1,
          httpTokens: 'required',
        },
        tags: { 'nexus.dev/environment': cluster.environment, [POOL_LABEL]: this.name },
      },
    });
    clusterScoped(object);
  }

  private nodePool(props: KarpenterPoolProps, labels: Labels, requirements: readonly Requirement[]): void {
    const { disruption, limits, pool, taints } = props;
    const object = new ApiObject(this, 'NodePool', {
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodePool',
      metadata: { name: this.name },
      spec: {
        template: {
          metadata: { labels },
          spec: {
            nodeClassRef: this.nodeClassRef(props),
            requirements: requirements.map((requirement) => spelled(requirement, props.manager)),
            ...(taints.length ? { taints } : {}),
            expireAfter: disruption.expireAfter,
            terminationGracePeriod: `${(pool.drainSeconds ?? 3600) + DRAIN_MARGIN_SECONDS}s`,
          },
        },
        ...(props.weight === undefined ? {} : { weight: props.weight }),
        ...(props.static === undefined ? {} : { replicas: props.static }),
        limits: Object.fromEntries(Object.entries(limits).map(([name, most]) => [name, `${most}`])),
        disruption: {
          consolidationPolicy: disruption.consolidationPolicy,
          consolidateAfter: disruption.consolidateAfter,
          budgets: [
            { nodes: '100%', reasons: ['Empty'] },
            { nodes: disruption.replaceAtOnce, reasons: ['Drifted', 'Underutilized'] },
          ],
        },
      },
    });
    clusterScoped(object);
  }

  private nodeClassRef({ manager }: KarpenterPoolProps): object {
    if (manager === 'auto-mode') return { group: 'eks.amazonaws.com', kind: 'NodeClass', name: 'default' };
    return { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: this.name };
  }

  private nodeOverlay(capacity: Readonly<Record<string, string>>): void {
    const object = new ApiObject(this, 'NodeOverlay', {
      apiVersion: 'karpenter.sh/v1alpha1',
      kind: 'NodeOverlay',
      metadata: { name: this.name },
      spec: { requirements: [isIn('karpenter.sh/nodepool', [this.name])], capacity },
    });
    clusterScoped(object);
  }

  private fact(props: KarpenterPoolProps, labels: Labels, zones: readonly string[]): PoolFact {
    const { arch, capacities, matching } = props;
    const disk = this.disk === 'nvme' ? 'nvme' : { volumeGiB: props.volume.gib };
    return {
      name: this.name,
      labels: {
        ...labels,
        'karpenter.sh/nodepool': this.name,
        ...(capacities.length === 1 ? { 'karpenter.sh/capacity-type': capacities[0] } : {}),
        'kubernetes.io/arch': arch,
        'kubernetes.io/os': 'linux',
      },
      choices: {
        'topology.kubernetes.io/zone': zones,
        'node.kubernetes.io/instance-type': matching.map(({ type }) => type),
      },
      taints: props.taints,
      arch,
      capacities,
      ...(props.ends ? { ends: props.ends } : {}),
      zones,
      shapes: matching.map((type) => nodeShape(type, disk, devicesOn(type, props))),
      limits: props.limits,
      ...(props.static === undefined ? {} : { static: props.static }),
      consolidation: props.disruption.consolidationPolicy,
      ...(props.division ? { division: props.division } : {}),
    };
  }
}

const devicesOn = ({ efaInterfaces }: Instance, { devices, efa }: KarpenterPoolProps) =>
  efa ? { ...devices, [EFA]: efaInterfaces } : devices;

/** RAID0 holds images and scratch files only where every type of the pool has local disks. */
export const hasNvme = ({ matching }: Pick<KarpenterPoolProps, 'matching'>): boolean =>
  matching.every(({ localNvmeGB }) => localNvmeGB > 0);

const spelled = ({ key, ...rest }: Requirement, manager: PoolManager = 'karpenter'): Requirement => ({
  key: key.replace(INSTANCE.karpenter, INSTANCE[manager]),
  ...rest,
});

/** A requirement that a label has one of these values. */
export function isIn(key: string, values: readonly string[]): Requirement {
  return { key, operator: 'In', values: [...values] };
}

/** The named types out of those that fit; every one that fits when none is named. */
export function chosenTypes(
  pool: Construct,
  { instanceTypes }: PoolProps,
  fitting: readonly Instance[],
  asked: string,
): readonly Instance[] {
  if (!instanceTypes) return fitting;
  return instanceTypes.map((type) => {
    const fits = fitting.find((instance) => instance.type === type);
    if (fits) return fits;
    const known = findInstance(type);
    const near = didYouMean(type, known ? [] : instances().map((instance) => instance.type));
    throw new PlatformError(pool, {
      what: known
        ? `'${type}' does not have ${asked}`
        : `instance type '${type}' is not in the catalog${near}`,
      why: 'a pool is proven from what the catalog knows of its types, and all of them must be alike in this',
      fix: `choose from ${listed(fitting)}`,
    });
  });
}

/** The first few: a pool without a GPU may have a hundred. */
function listed(types: readonly Instance[]): string {
  const names = types.slice(0, 8).map(({ type }) => type);
  const rest = types.length - names.length;
  return names.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

const toleration = ({ key, value, effect }: Taint): Toleration => ({ key, operator: 'Equal', value, effect });

function zonesOf(pool: Construct, { aws }: AwsCluster, { zones }: PoolProps): readonly string[] {
  const all = aws.zones;
  const strange = zones?.find((zone) => !all.includes(zone));
  if (strange === undefined) return zones ?? all;
  throw new PlatformError(pool, {
    what: `zone '${strange}' is not one of the cluster's${didYouMean(strange, all)}`,
    why: 'the cluster has no subnet there, so no node could start',
    fix: `choose from ${all.join(', ')}`,
  });
}
