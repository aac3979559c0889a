import { describe, expect, test } from 'vitest';
import { PodGroup, render, WorkloadIdentity } from '../../lib/core';
import { find, layer } from './tree';

const statement = { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::bucket/*'] };

test('an account without rights is no AWS identity', () => {
  const l = layer();
  new WorkloadIdentity(l, 'Identity', { name: 'web' });
  expect(find(l, 'ServiceAccount')).toMatchObject({ automountServiceAccountToken: false });
  expect(render(l).facts.of('identity')).toEqual([]);
});

test('rights become a fact, and open the way to the agent and to S3', () => {
  const l = layer();
  const identity = new WorkloadIdentity(l, 'Identity', { name: 'web' });
  identity.usedBy(new PodGroup(l, 'Pods', { name: 'web', labels: { app: 'web' } }));
  identity.grant(statement);
  const { facts } = render(l);
  expect(facts.of('identity')).toEqual([
    {
      namespace: 'apps',
      serviceAccount: 'web',
      name: 'apps-web',
      via: 'pod-identity',
      statements: [statement],
    },
  ]);
  expect(facts.of('edge').map((edge) => edge.to)).toEqual([
    { outside: 'podIdentity' },
    { outside: 'objectStore' },
  ]);
});

describe('IRSA', () => {
  test('annotates the account with the role whose ARN follows from names', () => {
    const l = layer('milvus');
    const identity = new WorkloadIdentity(l, 'Identity', { name: 'milvus', via: 'irsa' });
    const annotation = {
      'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/nexus-prod-us-east-1-milvus-milvus',
    };
    expect(identity.annotations).toEqual(annotation);
    expect(find(l, 'ServiceAccount').metadata.annotations).toEqual(annotation);
  });
});
