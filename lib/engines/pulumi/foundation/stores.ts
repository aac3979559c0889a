import type { LogGroup } from '@pulumi/aws/cloudwatch';
import { SecurityGroup, type Subnet } from '@pulumi/aws/ec2';
import type { Cluster } from '@pulumi/aws/eks';
import { SubnetGroup as CacheSubnetGroup } from '@pulumi/aws/elasticache';
import type { Key } from '@pulumi/aws/kms';
import { SubnetGroup } from '@pulumi/aws/rds';
import type { Input, Output } from '@pulumi/pulumi';
import { type FoundationPlan, References } from '../../../aws';
import { keep, type Options } from './references';

/** Everything made so far that stores refer to. */
export interface Foundation {
  readonly keys: References<Key>;
  readonly logGroups: References<LogGroup>;
  readonly cluster: Cluster;
  readonly subnets: References<Subnet>;
  readonly vpcId: Input<string>;
}

/** Where stores live, and who may connect to them. */
export interface StoreNetwork {
  readonly subnetGroups: References<Output<string>>;
  readonly securityGroups: References<Output<string>>;
}

export function realizeStoreNetwork(
  plan: FoundationPlan,
  { cluster, subnets, vpcId }: Foundation,
  options: Options,
): StoreNetwork {
  const subnetGroups = new References<Output<string>>('subnet group');
  for (const { id, service, name, description, subnets: names, keep: kept } of plan.subnetGroups) {
    const args = { name, description, subnetIds: names.map((subnet) => subnets.get(subnet).id) };
    const Group = service === 'rds' ? SubnetGroup : CacheSubnetGroup;
    subnetGroups.add(id, new Group(id, args, { ...options, ...keep(kept) }).name);
  }
  const securityGroups = new References<Output<string>>('security group');
  for (const { id, name, description, clusterPort, egressCidr, keep: kept } of plan.securityGroups) {
    const group = new SecurityGroup(
      id,
      {
        description,
        vpcId,
        ingress: [
          {
            protocol: 'tcp',
            fromPort: clusterPort,
            toPort: clusterPort,
            securityGroups: [cluster.vpcConfig.clusterSecurityGroupId],
            description: `Pods and nodes of ${plan.name}`,
          },
        ],
        egress: [
          {
            protocol: '-1',
            fromPort: 0,
            toPort: 0,
            cidrBlocks: [egressCidr],
            description: 'Nothing goes out',
          },
        ],
        tags: { Name: name },
      },
      { ...options, ...keep(kept) },
    );
    securityGroups.add(id, group.id);
  }
  return { subnetGroups, securityGroups };
}
