import { describe, expect, test } from 'vitest';
import { planOf } from './fixture';

const prod = planOf('prod');
const dev = planOf('dev');

describe('databases', () => {
  const [database] = prod.databases;

  test('TLS is forced, disks are encrypted, nobody outside reaches them', () => {
    expect(database.parameterGroup).toMatchObject({
      family: 'postgres18',
      parameters: { 'rds.force_ssl': '1' },
    });
    expect(database.storage).toMatchObject({ type: 'gp3', encrypted: true });
    expect(database.publiclyAccessible).toBe(false);
    expect(database.insights.enabled).toBe(true);
  });

  test('what is kept cannot be deleted by mistake', () => {
    expect([database.keep, database.deletionProtection, database.multiAz]).toEqual([true, true, true]);
    expect([dev.databases[0].keep, dev.databases[0].deletionProtection]).toEqual([false, false]);
  });

  test('the cluster alone may connect, and nothing goes out', () => {
    expect(
      prod.securityGroups.map(({ id, clusterPort, egressCidr }) => [id, clusterPort, egressCidr]),
    ).toEqual([
      ['databases', 5432, '127.0.0.1/32'],
      ['caches', 6379, '127.0.0.1/32'],
    ]);
  });
});

describe('caches', () => {
  const cache = (id: string, plan = prod) => plan.caches.find((each) => each.id === id);

  test('a cache may evict and is not backed up; a queue keeps its jobs', () => {
    expect(cache('cache')?.parameterGroup.parameters).toEqual({ 'maxmemory-policy': 'allkeys-lru' });
    expect(cache('cache')?.snapshotDays).toBe(0);
    expect(cache('queue')?.parameterGroup.parameters).toEqual({ 'maxmemory-policy': 'noeviction' });
    expect(cache('queue')?.snapshotDays).toBe(30);
  });

  test('copies fail over, across zones', () => {
    const { nodes, failover, multiAz } = cache('cache') ?? {};
    expect([nodes, failover, multiAz]).toEqual([3, true, true]);
    const alone = cache('cache', dev);
    expect([alone?.nodes, alone?.failover, alone?.multiAz]).toEqual([1, false, false]);
  });

  test('TLS and a token, encrypted at rest', () => {
    expect(cache('queue')).toMatchObject({ tls: 'required', encryptedAtRest: true, key: 'caches' });
  });

  test('secrets of a cache go with it: one restored from its snapshot gets new ones', () => {
    expect([cache('queue')?.keep, cache('queue')?.secret.keep, cache('queue')?.tokenSecret.keep]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('buckets', () => {
  const [weights, traces] = prod.buckets;

  test('private, versioned, encrypted, TLS only', () => {
    expect(weights).toMatchObject({
      name: 'nexus-prod-weights-111122223333-us-east-1',
      blockPublic: true,
      versioned: true,
      key: 'objects',
      ownership: 'BucketOwnerEnforced',
    });
    expect(weights.policy.Statement).toEqual([
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [
          'arn:aws:s3:::nexus-prod-weights-111122223333-us-east-1',
          'arn:aws:s3:::nexus-prod-weights-111122223333-us-east-1/*',
        ],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  });

  test('objects expire only where asked', () => {
    expect([weights.lifecycle.expireDays, traces.lifecycle.expireDays]).toEqual([undefined, 90]);
  });
});

describe('keys', () => {
  test('one for each domain that holds something, rotated, kept as long as what it protects', () => {
    expect(prod.keys.map(({ id, rotation, keep }) => [id, rotation, keep])).toEqual(
      ['cluster', 'databases', 'caches', 'objects', 'secrets'].map((id) => [id, true, true]),
    );
    expect(dev.keys.map(({ keep }) => keep)).toEqual([false, false, false, false, false]);
  });

  test('whoever may read an object or a secret may use its key, through that service and in this account alone', () => {
    const objects = prod.keys.find(({ id }) => id === 'objects');
    expect(objects?.policy.Statement[1].Condition).toEqual({
      StringEquals: { 'kms:CallerAccount': '111122223333', 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
    });
    expect(prod.keys.find(({ id }) => id === 'databases')?.policy.Statement).toHaveLength(1);
  });
});

describe('secrets', () => {
  test('lie under the path of the environment', () => {
    const secrets = [
      ...prod.suppliedSecrets,
      ...[...prod.databases, ...prod.caches].map(({ secret }) => secret),
      ...prod.caches.map(({ tokenSecret }) => tokenSecret),
    ];
    for (const { path } of secrets) expect(path).toMatch(/^nexus\/prod\//);
  });

  test('a deleted one frees its name at once in development, in a month in production', () => {
    expect([dev.suppliedSecrets[0].recoveryDays, prod.suppliedSecrets[0].recoveryDays]).toEqual([0, 30]);
  });
});
