import type { Site } from './foundation-input';
import type { SubnetPlan } from './network';

/** Subnets that a service may put its stores in. */
export interface SubnetGroupPlan {
  readonly id: 'databases' | 'caches';
  readonly service: 'rds' | 'elasticache';
  readonly name: string;
  readonly description: string;
  readonly subnets: readonly string[];
  /** A store that is kept still lives in it. */
  readonly keep: boolean;
}

/** A group that lets in the nodes and pods of the cluster, on one port, and lets nothing out. */
export interface SecurityGroupPlan {
  readonly id: 'databases' | 'caches';
  readonly name: string;
  readonly description: string;
  /** The cluster's own group, which EKS makes, may connect to this port. */
  readonly clusterPort: number;
  /** Named, since a group without a rule gets one that allows everything. */
  readonly egressCidr: string;
  /** A store that is kept is still reached through it. */
  readonly keep: boolean;
}

const SERVICES = {
  databases: { service: 'rds', what: 'Databases', port: 5432 },
  caches: { service: 'elasticache', what: 'Caches', port: 6379 },
} as const;

export const portOf = (id: SubnetGroupPlan['id']): number => SERVICES[id].port;

export const planSubnetGroup = (
  site: Site,
  id: SubnetGroupPlan['id'],
  subnets: readonly SubnetPlan[],
  keep: boolean,
): SubnetGroupPlan => ({
  id,
  service: SERVICES[id].service,
  name: `${site.name}-${id}`,
  description: `${SERVICES[id].what} of ${site.name}`,
  subnets: subnets.filter((subnet) => subnet.kind === 'database').map((subnet) => subnet.name),
  keep,
});

export const planSecurityGroup = (
  site: Site,
  id: SubnetGroupPlan['id'],
  keep: boolean,
): SecurityGroupPlan => ({
  id,
  name: `${site.name}-${id}`,
  description: `${SERVICES[id].what} of ${site.name}`,
  clusterPort: SERVICES[id].port,
  egressCidr: '127.0.0.1/32',
  keep,
});
