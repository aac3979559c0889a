import { clusterName, partitionOf, queueArn, roleArn, type Statement } from '../core';
import type { AwsCluster } from './aws-cluster';

/** Short names of what Karpenter needs in AWS. */
export interface KarpenterNeeds {
  readonly nodeRole: string;
  readonly queue: string;
}

/**
 * What Karpenter 1.14 may do: the six policies of its own getting-started template. Tags limit it to the nodes of this
 * cluster, so the conditions carry the name of the cluster in their keys.
 */
export function karpenterStatements(cluster: AwsCluster, { nodeRole, queue }: KarpenterNeeds): Statement[] {
  return [
    ...nodeLifecycle(cluster),
    ...iamIntegration(cluster, nodeRole),
    // EKSIntegration
    { actions: ['eks:DescribeCluster'], resources: [clusterArn(cluster)] },
    // Interruption
    {
      actions: ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
      resources: [queueArn(cluster, queue)],
    },
    // ZonalShift
    {
      actions: ['arc-zonal-shift:GetManagedResource'],
      resources: ['*'],
      conditions: { StringEquals: { 'arc-zonal-shift:ResourceIdentifier': clusterArn(cluster) } },
    },
    ...resourceDiscovery(cluster),
  ];
}

const NODEPOOL = 'karpenter.sh/nodepool';
const NODECLASS = 'karpenter.k8s.aws/ec2nodeclass';
const OWNER = 'eks:eks-cluster-name';

const ownedBy = (cluster: AwsCluster) => `kubernetes.io/cluster/${clusterName(cluster)}`;

/** A resource that carries the tags of this cluster's nodes. */
const ours = (cluster: AwsCluster): NonNullable<Statement['conditions']> => ({
  StringEquals: { [`aws:ResourceTag/${ownedBy(cluster)}`]: 'owned' },
  StringLike: { [`aws:ResourceTag/${NODEPOOL}`]: '*' },
});

/** A request that gives them. */
const asOurs = (cluster: AwsCluster) => ({
  [`aws:RequestTag/${ownedBy(cluster)}`]: 'owned',
  [`aws:RequestTag/${OWNER}`]: clusterName(cluster),
});

function nodeLifecycle(cluster: AwsCluster): Statement[] {
  const ec2 = (kind: string, account = '*') => arn(cluster, 'ec2', account, `${kind}/*`);
  const launched = [
    'fleet',
    'instance',
    'volume',
    'network-interface',
    'launch-template',
    'spot-instances-request',
  ].map((kind) => ec2(kind));
  const fromPool = { StringLike: { [`aws:RequestTag/${NODEPOOL}`]: '*' } };
  return [
    {
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: [
        ec2('image', ''),
        ec2('snapshot', ''),
        ec2('security-group'),
        ec2('subnet'),
        ec2('capacity-reservation'),
        ec2('placement-group'),
      ],
    },
    {
      actions: ['ec2:RunInstances', 'ec2:CreateFleet'],
      resources: [ec2('launch-template')],
      conditions: ours(cluster),
    },
    {
      actions: ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate'],
      resources: launched,
      conditions: { StringEquals: asOurs(cluster), ...fromPool },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: launched,
      conditions: {
        StringEquals: {
          ...asOurs(cluster),
          'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'],
        },
        ...fromPool,
      },
    },
    {
      actions: ['ec2:CreateTags'],
      resources: [ec2('instance')],
      conditions: {
        ...ours(cluster),
        StringEqualsIfExists: { [`aws:RequestTag/${OWNER}`]: clusterName(cluster) },
        'ForAllValues:StringEquals': { 'aws:TagKeys': [OWNER, 'karpenter.sh/nodeclaim', 'Name'] },
      },
    },
    {
      actions: ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
      resources: [ec2('instance'), ec2('launch-template')],
      conditions: ours(cluster),
    },
  ];
}

function iamIntegration(cluster: AwsCluster, nodeRole: string): Statement[] {
  const profiles = [profileArn(cluster)];
  const { region } = cluster.aws;
  const tagged = {
    [`aws:ResourceTag/${ownedBy(cluster)}`]: 'owned',
    'aws:ResourceTag/topology.kubernetes.io/region': region,
  };
  const requested = { ...asOurs(cluster), 'aws:RequestTag/topology.kubernetes.io/region': region };
  const ofClass = { [`aws:ResourceTag/${NODECLASS}`]: '*' };
  const forClass = { [`aws:RequestTag/${NODECLASS}`]: '*' };
  return [
    {
      actions: ['iam:PassRole'],
      resources: [roleArn(cluster, nodeRole)],
      conditions: {
        StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] },
      },
    },
    {
      actions: ['iam:CreateInstanceProfile'],
      resources: profiles,
      conditions: { StringEquals: requested, StringLike: forClass },
    },
    {
      actions: ['iam:TagInstanceProfile'],
      resources: profiles,
      conditions: {
        StringEquals: { ...tagged, ...requested },
        StringLike: { ...ofClass, ...forClass },
      },
    },
    {
      actions: [
        'iam:AddRoleToInstanceProfile',
        'iam:RemoveRoleFromInstanceProfile',
        'iam:DeleteInstanceProfile',
      ],
      resources: profiles,
      conditions: { StringEquals: tagged, StringLike: ofClass },
    },
  ];
}

function resourceDiscovery(cluster: AwsCluster): Statement[] {
  return [
    {
      actions: [
        'ec2:DescribeCapacityReservations',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribePlacementGroups',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSpotPriceHistory',
        'ec2:DescribeSubnets',
      ],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': cluster.aws.region } },
    },
    { actions: ['ssm:GetParameter'], resources: [arn(cluster, 'ssm', '', 'parameter/aws/service/*')] },
    { actions: ['pricing:GetProducts'], resources: ['*'] },
    { actions: ['iam:ListInstanceProfiles'], resources: ['*'] },
    { actions: ['iam:GetInstanceProfile'], resources: [profileArn(cluster)] },
  ];
}

function arn(cluster: AwsCluster, service: string, account: string, resource: string): string {
  const { region } = cluster.aws;
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
}

const clusterArn = (cluster: AwsCluster): string =>
  arn(cluster, 'eks', cluster.aws.account, `cluster/${clusterName(cluster)}`);

/** IAM knows no region. */
const profileArn = (cluster: AwsCluster): string => {
  const { account, region } = cluster.aws;
  return `arn:${partitionOf(region)}:iam::${account}:instance-profile/*`;
};
