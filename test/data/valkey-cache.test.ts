import { expect, test } from 'vitest';
import { ValkeyCache } from '../../lib/data';
import { find } from '../core/tree';
import { openBetween, pods, stores } from './tree';

const configOf = (scope: ReturnType<typeof stores>) =>
  (find(scope, 'ConfigMap').data as Record<string, string>)['valkey.conf'];

test('a cache evicts, and keeps nothing on disk', () => {
  const scope = stores();
  new ValkeyCache(scope, 'cache', { role: 'cache' });
  expect(configOf(scope)).toMatchInlineSnapshot(`
    "port 6379
    dir /data
    maxmemory 1024mb
    maxmemory-policy allkeys-lru
    appendonly no
    save ""
    include /etc/valkey/auth/auth.conf
    "
  `);
  expect(find(scope, 'StatefulSet')).toMatchObject({ spec: { replicas: 1, volumeClaimTemplates: [] } });
});

test('a queue refuses writes instead, and keeps its log on disk', () => {
  const scope = stores();
  new ValkeyCache(scope, 'queue', { role: 'queue', memoryGiB: 2 });
  expect(configOf(scope)).toContain('maxmemory-policy noeviction\nappendonly yes\n');
  expect(find(scope, 'StatefulSet')).toMatchObject({
    spec: {
      volumeClaimTemplates: [
        { spec: { storageClassName: 'gp3', resources: { requests: { storage: '8Gi' } } } },
      ],
    },
  });
});

test('data takes three quarters of the memory', () => {
  const scope = stores();
  new ValkeyCache(scope, 'cache', { role: 'cache', memoryGiB: 3 });
  expect(configOf(scope)).toContain('maxmemory 3072mb\n');
  expect(find(scope, 'StatefulSet')).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            { resources: { requests: { cpu: '250m', memory: '4096Mi' }, limits: { memory: '4096Mi' } } },
          ],
        },
      },
    },
  });
});

test('its password is a line of a file from a secret', () => {
  const scope = stores();
  new ValkeyCache(scope, 'cache', { role: 'cache' });
  expect(configOf(scope)).toContain('include /etc/valkey/auth/auth.conf\n');
  expect(find(scope, 'ExternalSecret', 'cache-auth')).toMatchObject({
    spec: { target: { template: { data: { 'auth.conf': 'requirepass {{ .password }}' } } } },
  });
});

test('who connects is let in at both ends', () => {
  const scope = stores();
  new ValkeyCache(scope, 'cache', { role: 'cache' }).connect(scope, { name: 'litellm', pods: [pods(scope)] });
  expect(openBetween(scope, 'web', 'cache')).toEqual([6379]);
});

test('a cache without memory is refused', () => {
  expect(
    () => new ValkeyCache(stores(), 'cache', { role: 'cache', memoryGiB: 0 }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/cache (ValkeyCache): 'memoryGiB' is 0
      why: below 64 MiB the connections of a few clients leave no room for data
      fix: set memoryGiB to 0.0625 or more]
  `);
});
