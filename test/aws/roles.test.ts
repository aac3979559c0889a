import { App } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { OIDC_ISSUER, planFoundation } from '../../lib/aws';
import { Layer, render, type Statement, setCluster, WorkloadIdentity } from '../../lib/core';
import { inputs, planOf } from './fixture';

const prod = planOf('prod');
const role = (id: string) => prod.roles.find((each) => each.id === id);

function planWith(namespace: string, name: string, ...statements: Statement[]) {
  const app = new App();
  setCluster(app, inputs.prod.cluster);
  const layer = new Layer(app, 'layer', { phase: 'apps', namespace });
  const identity = new WorkloadIdentity(layer, 'Identity', { name });
  for (const statement of statements) identity.grant(statement);
  return planFoundation(inputs.prod, render(app).facts);
}

const policyWith = (...statements: Statement[]) =>
  planWith('serving', 'chat', ...statements).roles.find(({ id }) => id === 'serving-chat')?.policy?.Statement;

describe('identities', () => {
  test('Pod Identity trusts one service account of one cluster', () => {
    expect(role('serving-chat')?.trust.Statement).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'pods.eks.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Condition: {
          StringEquals: {
            'aws:RequestTag/eks-cluster-arn': 'arn:aws:eks:us-east-1:111122223333:cluster/nexus-prod',
            'aws:RequestTag/kubernetes-namespace': 'serving',
            'aws:RequestTag/kubernetes-service-account': 'chat',
          },
        },
      },
    ]);
    expect(prod.associations).toContainEqual({
      namespace: 'serving',
      serviceAccount: 'chat',
      role: 'serving-chat',
    });
  });

  test('IRSA trusts the issuer for one service account, and needs no association', () => {
    expect(role('data-milvus')?.trust.Statement[0].Condition).toEqual({
      StringEquals: {
        [`${OIDC_ISSUER}:aud`]: 'sts.amazonaws.com',
        [`${OIDC_ISSUER}:sub`]: 'system:serviceaccount:data:milvus',
      },
    });
    expect(prod.associations.filter(({ role: id }) => id === 'data-milvus')).toEqual([]);
  });

  test('the role has the name that manifests carry', () => {
    expect(role('data-milvus')?.name).toBe('nexus-prod-us-east-1-data-milvus');
  });
});

describe('statements', () => {
  const read = { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] };
  const list = { actions: ['s3:ListBucket'], resources: ['arn:aws:s3:::a'] };

  test('actions on the same resource become one statement', () => {
    expect(policyWith(read, { ...read, actions: ['s3:PutObject'] })).toEqual([
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::a/*'] },
    ]);
  });

  test('resources of the same actions become one statement', () => {
    expect(policyWith(read, { ...read, resources: ['arn:aws:s3:::b/*'] })).toEqual([
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*'] },
    ]);
  });

  test('never across conditions', () => {
    const conditions = { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } };
    expect(policyWith(read, { ...read, conditions })).toHaveLength(2);
  });

  test('the order of the calls does not matter', () => {
    expect(policyWith(read, list)).toEqual(policyWith(list, read));
  });

  test('what is not granted together is not joined', () => {
    expect(policyWith(read, list)).toHaveLength(2);
  });

  test('a policy beyond what IAM accepts is refused', () => {
    const many = Array.from({ length: 300 }, (_, index) => `arn:aws:s3:::bucket-with-a-name-${index}/*`);
    expect(() => policyWith({ ...read, resources: many })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: role serving-chat: its policy has 11986 characters, IAM allows 10240
        why: all that is granted to a service account becomes one inline policy of its role
        fix: grant on a prefix instead of many single resources, or use a second service account]
    `);
  });

  test('nobody reads secrets beyond those of the environment', () => {
    const grant = { actions: ['secretsmanager:GetSecretValue'], resources: ['*'] };
    expect(() => policyWith(grant)).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: identity serving/chat: may read the secrets of '*'
        why: secrets of this environment lie under one path, and nothing here needs another
        fix: grant on 'arn:aws:secretsmanager:us-east-1:111122223333:secret:nexus/prod/*']
    `);
  });
});

test('two service accounts whose roles would be one are refused', () => {
  const app = new App();
  setCluster(app, inputs.prod.cluster);
  const layer = new Layer(app, 'layer', { phase: 'apps', namespace: 'a' });
  const grant = { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] };
  new WorkloadIdentity(layer, 'One', { namespace: 'a', name: 'b-c' }).grant(grant);
  new WorkloadIdentity(layer, 'Two', { namespace: 'a-b', name: 'c' }).grant(grant);
  expect(() => planFoundation(inputs.prod, render(app).facts)).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: role nexus-prod-us-east-1-a-b-c: 'a-b-c' is planned twice
      why: two service accounts, or one and a role of the platform, compose the same role name
      fix: rename the service account]
  `);
});

describe('roles of the platform', () => {
  test('nodes may join, pull images and be reached by Session Manager; the CNI has its own role', () => {
    const names = role('karpenter-node')?.managedPolicies.map((arn) => arn.split('/').pop());
    expect(names).toEqual([
      'AmazonEC2ContainerRegistryPullOnly',
      'AmazonEKSWorkerNodePolicy',
      'AmazonSSMManagedInstanceCore',
    ]);
    expect(role('vpc-cni')?.managedPolicies).toEqual(['arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy']);
  });
});
