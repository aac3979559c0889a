import { expect, test } from 'vitest';
import { SeaweedStore } from '../../lib/data';
import { find } from '../core/tree';
import { openBetween, pods, stores } from './tree';

test('one pod with everything, closed to who has no keys, silent to the outside', () => {
  const scope = stores('local');
  new SeaweedStore(scope, 'objects');
  const { spec } = find(scope, 'StatefulSet') as unknown as {
    spec: {
      replicas: number;
      template: { spec: { containers: { args: string[]; env: object[] }[] } };
      volumeClaimTemplates: object[];
    };
  };
  const [server] = spec.template.spec.containers;
  expect(spec.replicas).toBe(1);
  expect(server.args).toEqual(
    expect.arrayContaining(['-filer', '-s3', '-s3.port=8333', '-master.telemetry=false']),
  );
  expect(server.env).toContainEqual({
    name: 'AWS_SECRET_ACCESS_KEY',
    valueFrom: { secretKeyRef: { name: 'objects-keys', key: 'secretKey' } },
  });
  expect(spec.volumeClaimTemplates).toMatchObject([
    { spec: { storageClassName: 'standard', resources: { requests: { storage: '20Gi' } } } },
  ]);
});

test('a bucket is made by one Job that may run again', () => {
  const scope = stores('local');
  const bucket = new SeaweedStore(scope, 'objects').bucket('weights');
  const job = find(scope, 'Job');
  expect(job.metadata.name).toMatch(/^objects-weights-[0-9a-f]{8}$/);
  const { template } = job.spec as {
    template: { spec: { containers: { command: string[]; env: object[] }[] } };
  };
  const [curl] = template.spec.containers;
  expect(curl.env).toContainEqual({ name: 'BUCKET', value: 'nexus-local-weights' });
  expect(curl.command[2]).toContain('200 | 409)');
  expect(bucket).toMatchObject({
    endpoint: 'http://objects.data.svc:8333',
    hostPort: 'objects.data.svc:8333',
    tls: false,
  });
  expect(openBetween(scope, job.metadata.name, 'objects')).toEqual([8333]);
});

test('keys under the names that their reader insists on', () => {
  const scope = stores('local');
  const bucket = new SeaweedStore(scope, 'objects').bucket('vectors');
  const keys = { accessKey: 'accesskey', secretKey: 'secretkey' };
  const secret = bucket.credentials(scope, { name: 'milvus', pods: [pods(scope)], keys });
  expect(secret?.keys).toEqual(['accesskey', 'secretkey']);
  expect(openBetween(scope, 'web', 'objects')).toEqual([8333]);
});

test('two buckets of one consumer share one secret', () => {
  const scope = stores('local');
  const store = new SeaweedStore(scope, 'objects');
  const first = store.bucket('traces').credentials(scope, { name: 'langfuse', pods: [] });
  expect(store.bucket('media').credentials(scope, { name: 'langfuse', pods: [] })).toBe(first);
});
