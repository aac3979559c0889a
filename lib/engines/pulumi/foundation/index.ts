import type { Cluster } from '@pulumi/aws/eks';
import { Parameter } from '@pulumi/aws/ssm';
import { all, type Input, type Resource } from '@pulumi/pulumi';
import type { FoundationPlan } from '../../../aws';
import { realizeBuckets } from './buckets';
import { realizeCache } from './caches';
import { realizeAccess, realizeCluster } from './cluster';
import { realizeDatabase } from './databases';
import { realizeKeys, realizeLogGroups } from './keys';
import { realizeNetwork } from './network';
import { realizeNodes } from './nodes';
import { realizeQueues } from './queues';
import type { Options } from './references';
import { realizeIssuer, realizeRoles } from './roles';
import { realizeSupplied } from './secrets';
import { type Foundation, realizeStoreNetwork } from './stores';

export { foundationProvider } from './provider';

/** What the platform needs of its foundation. */
export interface RealizedFoundation {
  /** Endpoint and certificate of the API server. */
  readonly cluster: Cluster;
  /** Complete when manifests can be applied: nodes, add-ons, access and identities. */
  readonly ready: readonly Resource[];
}

/** Translate a plan into resources of Pulumi's AWS provider. Decides nothing: every value is the plan's. */
export function realizeFoundation(plan: FoundationPlan, options: Options): RealizedFoundation {
  const keys = realizeKeys(plan.keys, options);
  const logGroups = realizeLogGroups(plan.logGroups, options);
  const roles = realizeRoles(plan.roles, options);
  const network = realizeNetwork(plan.network, roles, logGroups, options);
  const { subnets, vpcId } = network;
  const cluster = realizeCluster(plan.cluster, { keys, roles, logGroups, subnets }, options);
  realizeIssuer(plan, cluster, options);
  const access = realizeAccess(plan, cluster, roles, options);
  const nodes = realizeNodes(plan, { cluster, roles, network }, options);
  realizeQueues(plan.queues, options);
  realizeBuckets(plan.buckets, keys, options);
  realizeSupplied(plan.suppliedSecrets, keys, options);

  const foundation: Foundation = { keys, logGroups, cluster, subnets, vpcId };
  const stores = realizeStoreNetwork(plan, foundation, options);
  for (const database of plan.databases) realizeDatabase(database, foundation, stores, options);
  for (const cache of plan.caches) realizeCache(cache, foundation, stores, options);
  realizeParameters(plan, foundation, options);
  return { cluster, ready: [...access, ...nodes] };
}

/** Ids for whoever reads them by name. */
function realizeParameters(plan: FoundationPlan, made: Foundation, options: Options): void {
  const { parameters } = plan;
  const write = (name: string, type: 'String' | 'StringList', value: Input<string>) =>
    new Parameter(name, { name, type, value }, options);
  write(parameters.clusterSecurityGroupId, 'String', made.cluster.vpcConfig.clusterSecurityGroupId);
  const nodes = plan.network.subnets.filter((subnet) => subnet.kind === 'nodes');
  const ids = all(nodes.map((subnet) => made.subnets.get(subnet.name).id));
  write(
    parameters.subnetIds,
    'StringList',
    ids.apply((found) => found.join(',')),
  );
}
