import { ParameterGroup, ReplicationGroup } from '@pulumi/aws/elasticache';
import { jsonStringify } from '@pulumi/pulumi';
import type { FoundationPlan } from '../../../aws';
import type { Options } from './references';
import { realizePassword, realizeSecret } from './secrets';
import type { Foundation, StoreNetwork } from './stores';

type CachePlan = FoundationPlan['caches'][number];

export function realizeCache(
  plan: CachePlan,
  { keys }: Foundation,
  network: StoreNetwork,
  options: Options,
): void {
  const token = realizePassword(plan.tokenSecret.path, plan.token);
  realizeSecret(plan.tokenSecret, keys, options, token);
  const { parameterGroup } = plan;
  const parameters = new ParameterGroup(
    plan.id,
    {
      name: parameterGroup.name,
      family: parameterGroup.family,
      description: parameterGroup.description,
      parameters: Object.entries(parameterGroup.parameters).map(([name, value]) => ({ name, value })),
    },
    options,
  );
  const group = new ReplicationGroup(
    plan.id,
    {
      replicationGroupId: plan.name,
      description: plan.description,
      engine: plan.engine,
      engineVersion: plan.engineVersion,
      nodeType: plan.nodeType,
      numCacheClusters: plan.nodes,
      automaticFailoverEnabled: plan.failover,
      multiAzEnabled: plan.multiAz,
      atRestEncryptionEnabled: plan.encryptedAtRest,
      kmsKeyId: keys.get(plan.key).arn,
      transitEncryptionEnabled: plan.tls === 'required',
      transitEncryptionMode: plan.tls,
      authToken: token,
      port: plan.port,
      parameterGroupName: parameters.name,
      subnetGroupName: network.subnetGroups.get(plan.network),
      securityGroupIds: [network.securityGroups.get(plan.network)],
      snapshotRetentionLimit: plan.snapshotDays,
      autoMinorVersionUpgrade: plan.autoMinorUpgrade,
      ...(plan.keep ? { finalSnapshotIdentifier: plan.finalSnapshot } : {}),
    },
    options,
  );
  const connection = jsonStringify({
    host: group.primaryEndpointAddress,
    port: `${plan.port}`,
    password: token,
  });
  realizeSecret(plan.secret, keys, options, connection);
}
