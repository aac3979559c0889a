import type { FoundationPlan } from '../aws';
import { findInstance } from '../catalog';
import type { LiveObject } from './api-client';
import type { SimulatedNode } from './kwok';

type NodeGroup = FoundationPlan['nodeGroups'][number];
type Subnets = FoundationPlan['network']['subnets'];

/** Nodes of one pool and type, bought alike. */
export interface NodeCount {
  /** Pool, or the managed group that AWS makes. */
  readonly pool: string;
  readonly instanceType: string;
  readonly capacity: string;
  readonly count: number;
  /** On-demand price of all of them; absent where the catalog has none. */
  readonly usdPerHour?: number;
}

/** The nodes of a managed group, round its zones. */
export function managedNodes(group: NodeGroup, subnets: Subnets, region: string): SimulatedNode[] {
  const [type] = group.instanceTypes;
  const instance = findInstance(type);
  if (!instance) return [];
  const zones = group.subnets.map((name) => subnets.find((subnet) => subnet.name === name)?.zone ?? region);
  return Array.from({ length: group.size.desired }, (_, index) => ({
    name: `${group.name}-${index + 1}`,
    labels: {
      ...group.labels,
      'eks.amazonaws.com/nodegroup': group.name,
      'eks.amazonaws.com/capacityType': group.capacity,
      'kubernetes.io/arch': instance.arch,
      'node.kubernetes.io/instance-type': type,
      'topology.kubernetes.io/region': region,
      'topology.kubernetes.io/zone': zones[index % zones.length],
    },
    taints: group.taints.map(({ key, value }) => ({ key, value, effect: 'NoSchedule' as const })),
    allocatable: {
      cpu: `${instance.allocatable.cpuMillis}m`,
      memory: `${instance.allocatable.memoryMiB}Mi`,
      pods: `${instance.maxPods}`,
      'ephemeral-storage': `${Math.floor(group.launchTemplate.volume.sizeGiB * 0.85)}Gi`,
    },
  }));
}

/** A laptop's cluster: one node, large enough that only what can never fit stays Pending. */
export const LOCAL_NODE: SimulatedNode = {
  name: 'local',
  labels: { 'kubernetes.io/arch': 'amd64', 'node.kubernetes.io/instance-type': 'local' },
  taints: [],
  allocatable: { cpu: '32', memory: '128Gi', pods: '250', 'ephemeral-storage': '500Gi' },
};

/** Nodes by pool, type and capacity, with what they cost at on-demand prices. */
export function countNodes(nodes: readonly LiveObject[], region: string | undefined): NodeCount[] {
  const groups = new Map<string, LiveObject[]>();
  for (const node of nodes) {
    const { pool, instanceType, capacity } = kindOf(node);
    const key = [pool, instanceType, capacity].join('\0');
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => {
      const kind = kindOf(members[0]);
      const price = region && findInstance(kind.instanceType)?.prices[region]?.usdPerHour;
      const count = members.length;
      return { ...kind, count, ...(price ? { usdPerHour: Math.round(price * count * 1000) / 1000 } : {}) };
    });
}

function kindOf({
  metadata: { labels = {}, name },
}: LiveObject): Pick<NodeCount, 'pool' | 'instanceType' | 'capacity'> {
  return {
    pool: labels['karpenter.sh/nodepool'] ?? labels['eks.amazonaws.com/nodegroup'] ?? name,
    instanceType: labels['node.kubernetes.io/instance-type'] ?? '',
    capacity: labels['karpenter.sh/capacity-type'] ?? 'on-demand',
  };
}
