import { CfnCluster } from 'aws-cdk-lib/aws-eks';
import type { CfnRole } from 'aws-cdk-lib/aws-iam';
import type { CfnKey } from 'aws-cdk-lib/aws-kms';
import type { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FoundationPlan, References } from '../../../aws';

export function realizeCluster(
  scope: Construct,
  plan: FoundationPlan['cluster'],
  made: {
    readonly keys: References<CfnKey>;
    readonly roles: References<CfnRole>;
    readonly logGroups: References<CfnLogGroup>;
    readonly subnets: References<string>;
  },
): CfnCluster {
  const { endpoint } = plan;
  const cluster = new CfnCluster(scope, 'Cluster', {
    name: plan.name,
    version: plan.version,
    roleArn: made.roles.get(plan.role).attrArn,
    resourcesVpcConfig: {
      subnetIds: plan.subnets.map((name) => made.subnets.get(name)),
      endpointPrivateAccess: endpoint.private,
      endpointPublicAccess: endpoint.public,
      ...(endpoint.public ? { publicAccessCidrs: [...endpoint.publicCidrs] } : {}),
    },
    kubernetesNetworkConfig: {
      ipFamily: 'ipv4',
      serviceIpv4Cidr: plan.serviceCidr,
      elasticLoadBalancing: { enabled: plan.autoMode },
    },
    computeConfig: { enabled: plan.autoMode },
    storageConfig: { blockStorage: { enabled: plan.autoMode } },
    bootstrapSelfManagedAddons: plan.selfManagedAddons,
    accessConfig: {
      authenticationMode: plan.authentication,
      bootstrapClusterCreatorAdminPermissions: plan.creatorAdmin,
    },
    encryptionConfig: [{ resources: ['secrets'], provider: { keyArn: made.keys.get(plan.key).attrArn } }],
    logging: { clusterLogging: { enabledTypes: plan.logs.map((type) => ({ type })) } },
    upgradePolicy: { supportType: plan.support },
    deletionProtection: plan.deletionProtection,
  });
  cluster.addResourceDependency(made.logGroups.get(plan.logGroup));
  return cluster;
}
