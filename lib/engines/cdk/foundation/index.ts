import { type Stack, Tags } from 'aws-cdk-lib';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { FoundationPlan } from '../../../aws';
import { realizeAccess } from './access';
import { realizeBuckets } from './buckets';
import { realizeCache } from './caches';
import { realizeCluster } from './cluster';
import { realizeDatabase } from './databases';
import { realizeKeys, realizeLogGroups } from './keys';
import { realizeNetwork } from './network';
import { realizeNodes } from './nodes';
import { realizeQueues } from './queues';
import type { Foundation } from './references';
import { realizeIssuer, realizeRoles } from './roles';
import { realizeSupplied } from './secrets';
import { realizeStoreNetwork } from './stores';

/** Translate a plan into CloudFormation. Decides nothing: every value is the plan's. */
export function realizeFoundation(stack: Stack, plan: FoundationPlan): void {
  const under = (id: string) => new Construct(stack, id);
  const keys = realizeKeys(under('Keys'), plan.keys);
  const logGroups = realizeLogGroups(under('Logs'), plan.logGroups);
  const roles = realizeRoles(under('Roles'), plan.roles);
  const network = realizeNetwork(under('Network'), plan.network, roles, logGroups);
  const { subnets, vpcId } = network;
  const cluster = realizeCluster(under('Kubernetes'), plan.cluster, { keys, roles, logGroups, subnets });
  realizeIssuer(under('Issuer'), plan, cluster);
  realizeAccess(under('Access'), plan, cluster, roles);
  realizeNodes(under('Nodes'), plan, { cluster, roles, network });
  realizeQueues(under('Queues'), plan.queues);
  realizeBuckets(under('Buckets'), plan.buckets, keys);
  realizeSupplied(under('Supplied'), plan.suppliedSecrets, keys);

  const foundation: Foundation = { keys, logGroups, cluster, subnets, vpcId };
  const stores = realizeStoreNetwork(under('Stores'), plan, foundation);
  const databases = under('Databases');
  for (const database of plan.databases) realizeDatabase(databases, database, foundation, stores);
  const caches = under('Caches');
  for (const cache of plan.caches) realizeCache(caches, cache, foundation, stores);
  realizeParameters(under('Parameters'), plan, foundation);
  for (const [key, value] of Object.entries(plan.tags)) Tags.of(stack).add(key, value);
}

/** Ids for the stack above, which reads them by name. */
function realizeParameters(scope: Construct, plan: FoundationPlan, made: Foundation): void {
  const { parameters } = plan;
  const write = (name: string, type: string, value: string) =>
    new CfnParameter(scope, name, { name, type, value });
  write(parameters.clusterSecurityGroupId, 'String', made.cluster.attrClusterSecurityGroupId);
  write(
    parameters.subnetIds,
    'StringList',
    plan.network.subnets
      .filter((subnet) => subnet.kind === 'nodes')
      .map((subnet) => made.subnets.get(subnet.name))
      .join(','),
  );
}
