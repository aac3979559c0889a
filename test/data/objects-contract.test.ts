import { describe, expect, test } from 'vitest';
import type { IObjectStore } from '../../lib/contracts';
import { type Layer, WorkloadIdentity } from '../../lib/core';
import { S3Store, SeaweedStore } from '../../lib/data';
import { layer } from '../core/tree';
import { facts, faults, LOCAL, pods, stores } from './tree';

const kinds: Record<string, { make: (scope: Layer) => IObjectStore; tier: 'prod' | 'local' }> = {
  s3: { make: (scope) => new S3Store(scope, 'objects'), tier: 'prod' },
  seaweedfs: { make: (scope) => new SeaweedStore(scope, 'objects'), tier: 'local' },
};

describe.each(Object.entries(kinds))('a bucket of %s', (_, { make, tier }) => {
  const scope = stores(tier);
  const apps = layer('apps', tier === 'local' ? { tier, cluster: LOCAL } : { tier });
  const store = make(scope);
  const bucket = store.bucket('weights');

  test('is the same one when asked for twice', () => {
    expect(store.bucket('weights')).toBe(bucket);
    expect(store.bucket('traces')).not.toBe(bucket);
  });

  test('has a name of the environment, and a host that clients reach', () => {
    expect(bucket.name).toMatch(new RegExp(`^nexus-${tier}-weights`));
    expect(bucket.hostPort).toMatch(/^[a-z0-9.-]+:\d+$/);
    expect(bucket.endpoint === undefined).toBe(bucket.tls);
  });

  test('opens the way there for pods, by identity or by keys', () => {
    const identity = new WorkloadIdentity(apps, 'Reader', { name: 'reader' });
    const group = pods(apps);
    identity.usedBy(group);
    bucket.grantReadWrite(identity);
    const secret = bucket.credentials(apps, { name: 'reader', pods: [group] });
    if (secret) expect(secret.keys).toEqual(['accessKey', 'secretKey']);
    const way = facts(apps)
      .of('edge')
      .filter(({ to }) =>
        'outside' in to ? to.outside === 'objectStore' : 'labels' in to && to.namespace === 'data',
      );
    expect(way).toHaveLength(1);
    expect(facts(apps).of('identity')).toHaveLength(secret ? 0 : 1);
  });

  test('is made of objects that an API server takes', () => {
    expect([...faults(scope), ...faults(apps)]).toEqual([]);
  });
});
