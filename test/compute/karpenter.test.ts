import { App } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { Karpenter, KarpenterCrds, type KarpenterProps } from '../../lib/compute';
import { Layer, objectsOf, render, type Statement } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { layer as layerOf } from '../core/tree';

const karpenter = () => {
  const layer = layerOf();
  const made = new Karpenter(layer, 'karpenter');
  return { made, layer, facts: render(layer.node.root).facts };
};
const OWNED = 'kubernetes.io/cluster/nexus-prod';

test('features that are off by default are on where they are used', () => {
  const gatesFor = (props: KarpenterProps) => {
    const layer = layerOf();
    new Karpenter(layer, 'karpenter', props);
    const { settings } = render(layer.node.root).facts.of('release')[0].values as {
      readonly settings: { readonly featureGates?: object };
    };
    return settings.featureGates;
  };
  expect(gatesFor({})).toBeUndefined();
  expect(gatesFor({ overlays: true, staticCapacity: true, capacityBuffers: true })).toEqual({
    nodeOverlay: true,
    staticCapacity: true,
    capacityBuffer: true,
  });
});

describe('the releases', () => {
  test('kinds come first, from a chart of their own', () => {
    const layer = layerOf();
    new KarpenterCrds(layer, 'crds');
    const { facts } = render(layer.node.root);
    expect(facts.of('release')).toMatchObject([
      { name: 'karpenter-crd', namespace: 'kube-system', version: '1.14.1', skipCrds: false, values: {} },
    ]);
    expect(facts.of('provides')).toMatchObject([
      { kinds: expect.arrayContaining(['karpenter.sh/NodePool', 'karpenter.k8s.aws/EC2NodeClass']) },
    ]);
  });

  test('the controller brings no kinds, and runs twice on the system nodes', () => {
    const { facts } = karpenter();
    expect(facts.of('release')).toMatchObject([
      {
        name: 'karpenter',
        namespace: 'kube-system',
        version: '1.14.1',
        skipCrds: true,
        values: {
          replicas: 2,
          nodeSelector: { 'nexus.dev/nodes': 'system' },
          tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
          controller: { resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } } },
          settings: { clusterName: 'nexus-prod', interruptionQueue: 'nexus-prod-karpenter' },
        },
      },
    ]);
    expect(facts.of('pods')).toMatchObject([
      {
        owner: 'release/kube-system/karpenter#controller',
        replicas: 2,
        template: {
          spec: {
            nodeSelector: { 'nexus.dev/nodes': 'system' },
            tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
            containers: [{ resources: { requests: { cpu: '1', memory: '1Gi' } } }],
            topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }],
          },
        },
      },
    ]);
  });

  test('its pods reach the API server, AWS and their credentials, and an API server takes the policy', () => {
    const { layer, facts, made } = karpenter();
    const outside = facts.of('edge').map(({ to }) => ('outside' in to ? to.outside : ''));
    expect(outside).toEqual(['apiServer', 'podIdentity', 'awsApi']);
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
    expect(made.metrics).toMatchObject([{ port: 'http-metrics', portNumber: 8080 }]);
  });
});

describe('rights', () => {
  const statements = (): readonly Statement[] => karpenter().facts.of('identity')[0].statements;
  const allowing = (action: string) => statements().filter(({ actions }) => actions.includes(action));

  test('belong to the account that the chart makes, through Pod Identity', () => {
    expect(karpenter().facts.of('identity')).toMatchObject([
      { namespace: 'kube-system', serviceAccount: 'karpenter', via: 'pod-identity' },
    ]);
    expect(objectsOf(karpenter().layer).filter(({ kind }) => kind === 'ServiceAccount')).toEqual([]);
  });

  test('the node role and the queue are asked for under the names that pools and settings use', () => {
    expect(karpenter().facts.of('aws')).toEqual([
      { kind: 'node-role', name: 'karpenter-node' },
      { kind: 'interruption-queue', name: 'karpenter' },
    ]);
    expect(allowing('sqs:ReceiveMessage')).toEqual([
      {
        actions: ['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
        resources: ['arn:aws:sqs:us-east-1:111122223333:nexus-prod-karpenter'],
      },
    ]);
    expect(allowing('iam:PassRole')).toEqual([
      {
        actions: ['iam:PassRole'],
        resources: ['arn:aws:iam::111122223333:role/nexus-prod-us-east-1-karpenter-node'],
        conditions: {
          StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'ec2.amazonaws.com.cn'] },
        },
      },
    ]);
  });

  test('only nodes of this cluster can be ended', () => {
    expect(allowing('ec2:TerminateInstances')).toEqual([
      {
        actions: ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate'],
        resources: ['arn:aws:ec2:us-east-1:*:instance/*', 'arn:aws:ec2:us-east-1:*:launch-template/*'],
        conditions: {
          StringEquals: { [`aws:ResourceTag/${OWNED}`]: 'owned' },
          StringLike: { 'aws:ResourceTag/karpenter.sh/nodepool': '*' },
        },
      },
    ]);
  });

  test('what is started carries the tags of this cluster', () => {
    const [parts, template, tagged] = allowing('ec2:RunInstances');
    expect(parts.conditions).toBeUndefined();
    expect(parts.resources).toEqual([
      'arn:aws:ec2:us-east-1::image/*',
      'arn:aws:ec2:us-east-1::snapshot/*',
      'arn:aws:ec2:us-east-1:*:security-group/*',
      'arn:aws:ec2:us-east-1:*:subnet/*',
      'arn:aws:ec2:us-east-1:*:capacity-reservation/*',
      'arn:aws:ec2:us-east-1:*:placement-group/*',
    ]);
    expect(template).toMatchObject({
      resources: ['arn:aws:ec2:us-east-1:*:launch-template/*'],
      conditions: { StringEquals: { [`aws:ResourceTag/${OWNED}`]: 'owned' } },
    });
    expect(tagged.conditions).toEqual({
      StringEquals: {
        [`aws:RequestTag/${OWNED}`]: 'owned',
        'aws:RequestTag/eks:eks-cluster-name': 'nexus-prod',
      },
      StringLike: { 'aws:RequestTag/karpenter.sh/nodepool': '*' },
    });
    expect(tagged.resources.map((arn) => arn.split(':')[5])).toEqual([
      'fleet/*',
      'instance/*',
      'volume/*',
      'network-interface/*',
      'launch-template/*',
      'spot-instances-request/*',
    ]);
  });

  test('tags are given while creating, and later only three of them to our own instances', () => {
    const [creating, later] = allowing('ec2:CreateTags');
    expect(creating.conditions?.StringEquals).toEqual({
      [`aws:RequestTag/${OWNED}`]: 'owned',
      'aws:RequestTag/eks:eks-cluster-name': 'nexus-prod',
      'ec2:CreateAction': ['RunInstances', 'CreateFleet', 'CreateLaunchTemplate'],
    });
    expect(later).toEqual({
      actions: ['ec2:CreateTags'],
      resources: ['arn:aws:ec2:us-east-1:*:instance/*'],
      conditions: {
        StringEquals: { [`aws:ResourceTag/${OWNED}`]: 'owned' },
        StringLike: { 'aws:ResourceTag/karpenter.sh/nodepool': '*' },
        StringEqualsIfExists: { 'aws:RequestTag/eks:eks-cluster-name': 'nexus-prod' },
        'ForAllValues:StringEquals': {
          'aws:TagKeys': ['eks:eks-cluster-name', 'karpenter.sh/nodeclaim', 'Name'],
        },
      },
    });
  });

  test('instance profiles are made, tagged and used under the tags of this cluster and region', () => {
    const resources = ['arn:aws:iam::111122223333:instance-profile/*'];
    const requested = {
      [`aws:RequestTag/${OWNED}`]: 'owned',
      'aws:RequestTag/eks:eks-cluster-name': 'nexus-prod',
      'aws:RequestTag/topology.kubernetes.io/region': 'us-east-1',
    };
    const tagged = {
      [`aws:ResourceTag/${OWNED}`]: 'owned',
      'aws:ResourceTag/topology.kubernetes.io/region': 'us-east-1',
    };
    const ofClass = { 'aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass': '*' };
    const forClass = { 'aws:RequestTag/karpenter.k8s.aws/ec2nodeclass': '*' };
    expect(allowing('iam:CreateInstanceProfile')).toMatchObject([
      { resources, conditions: { StringEquals: requested, StringLike: forClass } },
    ]);
    expect(allowing('iam:TagInstanceProfile')[0].conditions).toEqual({
      StringEquals: { ...tagged, ...requested },
      StringLike: { ...ofClass, ...forClass },
    });
    expect(allowing('iam:DeleteInstanceProfile')[0].conditions).toEqual({
      StringEquals: tagged,
      StringLike: ofClass,
    });
  });

  test('reading stays in the region and on the cluster', () => {
    expect(allowing('ec2:DescribeInstanceStatus')).toMatchObject([
      { resources: ['*'], conditions: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } },
    ]);
    expect(allowing('ec2:DescribePlacementGroups')).toHaveLength(1);
    const cluster = 'arn:aws:eks:us-east-1:111122223333:cluster/nexus-prod';
    expect(allowing('eks:DescribeCluster')[0].resources).toEqual([cluster]);
    expect(allowing('arc-zonal-shift:GetManagedResource')[0].conditions).toEqual({
      StringEquals: { 'arc-zonal-shift:ResourceIdentifier': cluster },
    });
    expect(allowing('ssm:GetParameter')[0].resources).toEqual([
      'arn:aws:ssm:us-east-1::parameter/aws/service/*',
    ]);
    expect(allowing('iam:GetInstanceProfile')[0].resources).toEqual([
      'arn:aws:iam::111122223333:instance-profile/*',
    ]);
    expect(allowing('pricing:GetProducts')).toHaveLength(1);
    expect(allowing('iam:ListInstanceProfiles')).toHaveLength(1);
    expect(statements()).toHaveLength(18);
  });
});

test('without AWS there is nothing to start', () => {
  const layer = new Layer(new App(), 'nodes', { phase: 'nodes' });
  expect(() => new Karpenter(layer, 'karpenter')).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: nodes/karpenter (Karpenter): environment 'standalone' has no AWS account
      why: Karpenter starts EC2 instances, by names that carry account and region
      fix: call setCluster with 'aws', or leave Karpenter and its pools out of this environment]
  `);
});
