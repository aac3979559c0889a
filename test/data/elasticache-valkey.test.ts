import { expect, test } from 'vitest';
import { ElastiCacheValkey } from '../../lib/data';
import { facts, stores } from './tree';

test('what it needs of AWS follows role and policy', () => {
  const prod = stores();
  new ElastiCacheValkey(prod, 'jobs', { role: 'queue' });
  new ElastiCacheValkey(prod, 'answers', { role: 'cache', nodeType: 'cache.r7g.large' });
  expect(facts(prod).of('aws')).toEqual([
    {
      kind: 'cache',
      name: 'jobs',
      engineVersion: '8.2',
      nodeType: 'cache.t4g.small',
      replicas: 1,
      maxmemoryPolicy: 'noeviction',
      keep: true,
      secretPath: 'nexus/prod/queue/jobs',
    },
    {
      kind: 'cache',
      name: 'answers',
      engineVersion: '8.2',
      nodeType: 'cache.r7g.large',
      replicas: 1,
      maxmemoryPolicy: 'allkeys-lru',
      keep: false,
      secretPath: 'nexus/prod/cache/answers',
    },
  ]);
  const dev = stores('dev');
  new ElastiCacheValkey(dev, 'jobs', { role: 'queue' });
  expect(facts(dev).of('aws')).toMatchObject([{ replicas: 0, keep: false }]);
});

test('serverless caches are refused', () => {
  expect(
    () => new ElastiCacheValkey(stores(), 'jobs', { role: 'queue', nodeType: 'serverless' }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/jobs (ElastiCacheValkey): 'nodeType' is 'serverless', which is no node
      why: serverless caches have no parameter group: they always evict, and a queue loses jobs
      fix: name a node type, such as cache.t4g.small or cache.r7g.large]
  `);
});

test('outside AWS it is refused', () => {
  expect(
    () => new ElastiCacheValkey(stores('local'), 'jobs', { role: 'queue' }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/jobs (ElastiCacheValkey): asks for ElastiCache in an environment without AWS
      why: nothing would make the cache, nor the secret with its host
      fix: use ValkeyCache (data.queue.kind: valkey), or give the environment an aws section]
  `);
});
