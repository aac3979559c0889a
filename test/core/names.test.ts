import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketName, clusterName, roleArn, roleName, stamped } from '../../lib/core';
import { AWS } from './tree';

test('buckets carry account and region, roles the region', () => {
  expect(bucketName(AWS, 'weights')).toBe('nexus-prod-weights-111122223333-us-east-1');
  expect(roleName(AWS, 'karpenter')).toBe('nexus-prod-us-east-1-karpenter');
  expect(clusterName(AWS)).toBe('nexus-prod');
});

test('the partition follows from the region', () => {
  const china = { ...AWS, aws: { account: '111122223333', region: 'cn-north-1', zones: [] } };
  expect(roleArn(china, 'x')).toBe('arn:aws-cn:iam::111122223333:role/nexus-prod-cn-north-1-x');
});

test('what is too long is cut, stays within the limit and stays different', () => {
  const long = (n: number) => bucketName(AWS, `${'a'.repeat(60)}${n}`);
  expect(long(1).length).toBe(63);
  expect(long(1)).toMatch(/-[0-9a-f]{8}$/);
  expect(long(1)).not.toBe(long(2));
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{0,80}$/), (name) => roleName(AWS, name).length <= 64),
  );
});

test('the name of a Job changes with its work, and only with it', () => {
  expect(stamped('main-rag', 'CREATE …')).toMatch(/^main-rag-[0-9a-f]{8}$/);
  expect(stamped('main-rag', 'CREATE …')).toBe(stamped('main-rag', 'CREATE …'));
  expect(stamped('main-rag', 'CREATE …')).not.toBe(stamped('main-rag', 'ALTER …'));
  expect(stamped('a'.repeat(80), '').length).toBeLessThanOrEqual(57);
});
