import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { CfnDBSubnetGroup } from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import { type FoundationPlan, References } from '../../../aws';
import { type Foundation, keep, tagList } from './references';

/** Where stores live, and who may connect to them. */
export interface StoreNetwork {
  readonly subnetGroups: References<string>;
  readonly securityGroups: References<string>;
}

export function realizeStoreNetwork(
  scope: Construct,
  plan: FoundationPlan,
  { cluster, subnets, vpcId }: Foundation,
): StoreNetwork {
  const subnetGroups = new References<string>('subnet group');
  for (const { id, service, name, description, subnets: names, keep: kept } of plan.subnetGroups) {
    const subnetIds = names.map((subnet) => subnets.get(subnet));
    const group =
      service === 'rds'
        ? new CfnDBSubnetGroup(scope, `${id}-subnets`, {
            dbSubnetGroupName: name,
            dbSubnetGroupDescription: description,
            subnetIds,
          })
        : new CfnSubnetGroup(scope, `${id}-subnets`, { cacheSubnetGroupName: name, description, subnetIds });
    keep(group, kept);
    subnetGroups.add(id, group.ref);
  }
  const securityGroups = new References<string>('security group');
  for (const { id, name, description, clusterPort, egressCidr, keep: kept } of plan.securityGroups) {
    const group = new CfnSecurityGroup(scope, `${id}-access`, {
      groupDescription: description,
      vpcId,
      securityGroupIngress: [
        {
          ipProtocol: 'tcp',
          fromPort: clusterPort,
          toPort: clusterPort,
          sourceSecurityGroupId: cluster.attrClusterSecurityGroupId,
          description: `Pods and nodes of ${plan.name}`,
        },
      ],
      securityGroupEgress: [{ ipProtocol: '-1', cidrIp: egressCidr, description: 'Nothing goes out' }],
      tags: tagList({ Name: name }),
    });
    keep(group, kept);
    securityGroups.add(id, group.attrGroupId);
  }
  return { subnetGroups, securityGroups };
}
