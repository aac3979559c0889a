import { expect, test } from 'vitest';
import { WorkloadIdentity } from '../../lib/core';
import { S3Store } from '../../lib/data';
import { facts, stores } from './tree';

test('buckets are needs of AWS, kept as the policy says', () => {
  const scope = stores();
  const store = new S3Store(scope, 'objects');
  store.bucket('weights');
  store.bucket('traces');
  store.bucket('traces', { expireDays: 90 });
  expect(facts(scope).of('aws')).toEqual([
    {
      kind: 'bucket',
      name: 'weights',
      bucketName: 'nexus-prod-weights-111122223333-us-east-1',
      keep: true,
    },
    {
      kind: 'bucket',
      name: 'traces',
      bucketName: 'nexus-prod-traces-111122223333-us-east-1',
      expireDays: 90,
      keep: true,
    },
  ]);
  const dev = stores('dev');
  new S3Store(dev, 'objects').bucket('weights');
  expect(facts(dev).of('aws')).toMatchObject([{ keep: false }]);
});

test('reading is listing the bucket and getting its objects, no more', () => {
  const scope = stores();
  const identity = new WorkloadIdentity(scope, 'Reader', { name: 'reader' });
  new S3Store(scope, 'objects').bucket('weights').grantRead(identity);
  const arn = 'arn:aws:s3:::nexus-prod-weights-111122223333-us-east-1';
  expect(facts(scope).of('identity')[0].statements).toEqual([
    { actions: ['s3:GetBucketLocation', 's3:ListBucket'], resources: [arn] },
    { actions: ['s3:GetObject'], resources: [`${arn}/*`] },
  ]);
});

test('writing names objects only', () => {
  const scope = stores();
  const identity = new WorkloadIdentity(scope, 'Writer', { name: 'writer' });
  new S3Store(scope, 'objects').bucket('traces').grantReadWrite(identity);
  const objects = facts(scope).of('identity')[0].statements[1];
  expect(objects.actions).toContain('s3:PutObject');
  expect(objects.resources).toEqual(['arn:aws:s3:::nexus-prod-traces-111122223333-us-east-1/*']);
});

test('a prefix narrows rights to what begins with it', () => {
  const scope = stores();
  const identity = new WorkloadIdentity(scope, 'Reader', { name: 'reader' });
  new S3Store(scope, 'objects').bucket('weights').grantRead(identity, 'hub/a/');
  const arn = 'arn:aws:s3:::nexus-prod-weights-111122223333-us-east-1';
  expect(facts(scope).of('identity')[0].statements).toEqual([
    { actions: ['s3:GetBucketLocation'], resources: [arn] },
    {
      actions: ['s3:ListBucket'],
      resources: [arn],
      conditions: { StringLike: { 's3:prefix': ['hub/a/*'] } },
    },
    { actions: ['s3:GetObject'], resources: [`${arn}/hub/a/*`] },
  ]);
});

test('two opinions on when a bucket forgets are refused', () => {
  const store = new S3Store(stores(), 'objects');
  store.bucket('traces', { expireDays: 30 });
  expect(() => store.bucket('traces', { expireDays: 90 })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/objects (S3Store): bucket 'traces' is asked to forget after 30 days and after 90
      why: it is one bucket, and the shorter time would delete what the other still needs
      fix: agree on one time, or use two buckets]
  `);
});

test('outside AWS it is refused', () => {
  expect(() => new S3Store(stores('local'), 'objects')).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/objects (S3Store): asks for S3 in an environment without AWS
      why: nothing would make the buckets
      fix: use SeaweedStore (data.objects.kind: seaweedfs), or give the environment an aws section]
  `);
});

test('below a prefix nothing else is listed, read or written', () => {
  const scope = stores();
  const identity = new WorkloadIdentity(scope, 'Writer', { name: 'writer' });
  new S3Store(scope, 'objects').bucket('batch').grantReadWrite(identity, 'a/out/');
  const arn = 'arn:aws:s3:::nexus-prod-batch-111122223333-us-east-1';
  const [place, list, objects] = facts(scope).of('identity')[0].statements;
  expect(place).toEqual({ actions: ['s3:GetBucketLocation'], resources: [arn] });
  expect(list).toEqual({
    actions: ['s3:ListBucket'],
    resources: [arn],
    conditions: { StringLike: { 's3:prefix': ['a/out/*'] } },
  });
  expect(objects.resources).toEqual([`${arn}/a/out/*`]);
});
