import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnParameterGroup, CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import { Construct } from 'constructs';
import type { FoundationPlan } from '../../../aws';
import type { Foundation } from './references';
import { dynamicReference, realizeSecret } from './secrets';
import type { StoreNetwork } from './stores';

type CachePlan = FoundationPlan['caches'][number];

export function realizeCache(
  parent: Construct,
  plan: CachePlan,
  { keys }: Foundation,
  network: StoreNetwork,
): void {
  const scope = new Construct(parent, plan.id);
  const token = realizeSecret(scope, 'Token', plan.tokenSecret, keys, {
    generateSecretString: {
      passwordLength: plan.token.length,
      excludePunctuation: !plan.token.punctuation,
    },
  });
  const parameters = new CfnParameterGroup(scope, 'Parameters', {
    cacheParameterGroupFamily: plan.parameterGroup.family,
    description: plan.parameterGroup.description,
    properties: { ...plan.parameterGroup.parameters },
  });
  const group = new CfnReplicationGroup(scope, 'Group', {
    replicationGroupId: plan.name,
    replicationGroupDescription: plan.description,
    engine: plan.engine,
    engineVersion: plan.engineVersion,
    cacheNodeType: plan.nodeType,
    numCacheClusters: plan.nodes,
    automaticFailoverEnabled: plan.failover,
    multiAzEnabled: plan.multiAz,
    atRestEncryptionEnabled: plan.encryptedAtRest,
    kmsKeyId: keys.get(plan.key).attrArn,
    transitEncryptionEnabled: plan.tls === 'required',
    transitEncryptionMode: plan.tls,
    authToken: dynamicReference(token),
    port: plan.port,
    cacheParameterGroupName: parameters.ref,
    cacheSubnetGroupName: network.subnetGroups.get(plan.network),
    securityGroupIds: [network.securityGroups.get(plan.network)],
    snapshotRetentionLimit: plan.snapshotDays,
    autoMinorVersionUpgrade: plan.autoMinorUpgrade,
  });
  group.applyRemovalPolicy(plan.keep ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY);
  const connection = {
    host: group.attrPrimaryEndPointAddress,
    port: `${plan.port}`,
    password: dynamicReference(token),
  };
  // CloudFormation puts in what it knows only when it deploys.
  realizeSecret(scope, 'Secret', plan.secret, keys, {
    secretString: Stack.of(scope).toJsonString(connection),
  });
}
