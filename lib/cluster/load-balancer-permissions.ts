import { partitionOf, type Statement } from '../core';

const TAG = 'elbv2.k8s.aws/cluster';
const asked = (present: boolean) => ({ [`aws:RequestTag/${TAG}`]: present ? 'false' : 'true' });
const carried = { [`aws:ResourceTag/${TAG}`]: 'false' };

/**
 * What the AWS Load Balancer Controller 3.5 may do: its own published policy, without what only Application Load Balancers
 * need (Cognito, WAF, Shield, rules and their web ACLs). `Null: "false"` means that the tag is there.
 */
export function loadBalancerStatements(region: string): Statement[] {
  const arn = (service: string, resource: string) => `arn:${partitionOf(region)}:${service}:*:*:${resource}`;
  const groups = [arn('ec2', 'security-group/*')];
  const balancers = [
    arn('elasticloadbalancing', 'targetgroup/*/*'),
    arn('elasticloadbalancing', 'loadbalancer/net/*/*'),
  ];
  const elb = (...actions: string[]) => actions.map((action) => `elasticloadbalancing:${action}`);
  const ec2 = (...actions: string[]) => actions.map((action) => `ec2:${action}`);
  return [
    {
      actions: ['iam:CreateServiceLinkedRole'],
      resources: ['*'],
      conditions: { StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } },
    },
    {
      actions: [
        ...ec2(
          'DescribeAccountAttributes',
          'DescribeAddresses',
          'DescribeAvailabilityZones',
          'DescribeInternetGateways',
          'DescribeVpcs',
          'DescribeVpcPeeringConnections',
          'DescribeSubnets',
          'DescribeSecurityGroups',
          'DescribeInstances',
          'DescribeNetworkInterfaces',
          'DescribeTags',
          'GetCoipPoolUsage',
          'DescribeCoipPools',
          'GetSecurityGroupsForVpc',
          'DescribeIpamPools',
          'DescribeRouteTables',
        ),
        ...elb(
          'DescribeLoadBalancers',
          'DescribeLoadBalancerAttributes',
          'DescribeListeners',
          'DescribeListenerCertificates',
          'DescribeSSLPolicies',
          'DescribeRules',
          'DescribeTargetGroups',
          'DescribeTargetGroupAttributes',
          'DescribeTargetHealth',
          'DescribeTags',
          'DescribeTrustStores',
          'DescribeListenerAttributes',
          'DescribeCapacityReservation',
        ),
        'acm:ListCertificates',
        'acm:DescribeCertificate',
      ],
      resources: ['*'],
    },
    {
      actions: ec2('AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress', 'CreateSecurityGroup'),
      resources: ['*'],
    },
    {
      actions: ec2('CreateTags'),
      resources: groups,
      conditions: { StringEquals: { 'ec2:CreateAction': 'CreateSecurityGroup' }, Null: asked(true) },
    },
    {
      actions: ec2('CreateTags', 'DeleteTags'),
      resources: groups,
      conditions: { Null: { ...asked(false), ...carried } },
    },
    { actions: ec2('DeleteSecurityGroup'), resources: ['*'], conditions: { Null: carried } },
    {
      actions: elb('CreateLoadBalancer', 'CreateTargetGroup'),
      resources: ['*'],
      conditions: { Null: asked(true) },
    },
    { actions: elb('CreateListener', 'DeleteListener'), resources: ['*'] },
    {
      actions: elb('AddTags', 'RemoveTags'),
      resources: balancers,
      conditions: { Null: { ...asked(false), ...carried } },
    },
    {
      actions: elb('AddTags', 'RemoveTags'),
      resources: [arn('elasticloadbalancing', 'listener/net/*/*/*')],
    },
    {
      actions: elb(
        'ModifyLoadBalancerAttributes',
        'SetIpAddressType',
        'SetSecurityGroups',
        'SetSubnets',
        'DeleteLoadBalancer',
        'ModifyTargetGroup',
        'ModifyTargetGroupAttributes',
        'DeleteTargetGroup',
        'ModifyListenerAttributes',
        'ModifyCapacityReservation',
        'ModifyIpPools',
      ),
      resources: ['*'],
      conditions: { Null: carried },
    },
    {
      actions: elb('AddTags'),
      resources: balancers,
      conditions: {
        StringEquals: {
          'elasticloadbalancing:CreateAction': ['CreateTargetGroup', 'CreateLoadBalancer'],
        },
        Null: asked(true),
      },
    },
    {
      actions: elb('RegisterTargets', 'DeregisterTargets'),
      resources: [arn('elasticloadbalancing', 'targetgroup/*/*')],
    },
    {
      actions: elb('ModifyListener', 'AddListenerCertificates', 'RemoveListenerCertificates'),
      resources: ['*'],
    },
  ];
}
