import type { LogGroup } from '@pulumi/aws/cloudwatch';
import type { Subnet } from '@pulumi/aws/ec2';
import { AccessEntry, AccessPolicyAssociation, Cluster, PodIdentityAssociation } from '@pulumi/aws/eks';
import type { Key } from '@pulumi/aws/kms';
import type { Resource } from '@pulumi/pulumi';
import type { FoundationPlan, References } from '../../../aws';
import type { Granted, Options } from './references';

export function realizeCluster(
  plan: FoundationPlan['cluster'],
  made: {
    readonly keys: References<Key>;
    readonly roles: References<Granted>;
    readonly logGroups: References<LogGroup>;
    readonly subnets: References<Subnet>;
  },
  options: Options,
): Cluster {
  const { endpoint } = plan;
  const role = made.roles.get(plan.role);
  return new Cluster(
    plan.name,
    {
      name: plan.name,
      version: plan.version,
      roleArn: role.arn,
      vpcConfig: {
        subnetIds: plan.subnets.map((name) => made.subnets.get(name).id),
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
      encryptionConfig: { resources: ['secrets'], provider: { keyArn: made.keys.get(plan.key).arn } },
      enabledClusterLogTypes: [...plan.logs],
      upgradePolicy: { supportType: plan.support },
      deletionProtection: plan.deletionProtection,
    },
    { ...options, dependsOn: [...role.ready, made.logGroups.get(plan.logGroup)] },
  );
}

/** Who gets in, and which pods get which role. */
export function realizeAccess(
  plan: FoundationPlan,
  cluster: Cluster,
  roles: References<Granted>,
  options: Options,
): Resource[] {
  const entries = plan.accessEntries.flatMap(({ id, principal, type, policies }) => {
    const principalArn = 'arn' in principal ? principal.arn : roles.get(principal.role).arn;
    const base = { clusterName: cluster.name, principalArn };
    const entry = new AccessEntry(id, { ...base, type }, options);
    const rights = policies.map(
      (policyArn) =>
        new AccessPolicyAssociation(
          `${id}-${policyArn.split('/').pop()}`,
          { ...base, policyArn, accessScope: { type: 'cluster' } },
          { ...options, dependsOn: [entry] },
        ),
    );
    return [entry, ...rights];
  });
  const associations = plan.associations.map(({ namespace, serviceAccount, role }) => {
    const granted = roles.get(role);
    return new PodIdentityAssociation(
      `${namespace}/${serviceAccount}`,
      { clusterName: cluster.name, namespace, serviceAccount, roleArn: granted.arn },
      { ...options, dependsOn: [...granted.ready] },
    );
  });
  return [...entries, ...associations];
}
