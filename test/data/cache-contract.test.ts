import { describe, expect, test } from 'vitest';
import type { ICache } from '../../lib/contracts';
import type { Layer } from '../../lib/core';
import { ElastiCacheValkey, ValkeyCache } from '../../lib/data';
import { find, layer } from '../core/tree';
import { facts, faults, pods, stores } from './tree';

type Role = ICache['role'];
const kinds: Record<string, (scope: Layer, role: Role) => ICache> = {
  valkey: (scope, role) => new ValkeyCache(scope, role, { role }),
  elasticache: (scope, role) => new ElastiCacheValkey(scope, role, { role }),
};

describe.each(Object.entries(kinds))('a %s', (_, make) => {
  test.each(['cache', 'queue'] as const)(
    'as %s is a secret with the same keys, and the way there',
    (role) => {
      const scope = stores();
      const cache = make(scope, role);
      const apps = layer('apps');
      const secret = cache.connect(apps, { name: 'litellm', pods: [pods(apps)] });
      expect(cache.role).toBe(role);
      expect(secret.name).toBe(`litellm-${role}`);
      expect(secret.namespace).toBe('apps');
      expect([...secret.keys].sort()).toEqual(['host', 'password', 'port', 'uri', 'username']);
      const { uri } = (
        find(apps, 'ExternalSecret').spec as { target: { template: { data: { uri: string } } } }
      ).target.template.data;
      expect(uri.startsWith(cache.tls ? 'rediss://default:' : 'redis://default:')).toBe(true);
      expect(
        facts(apps)
          .of('edge')
          .map(({ ports }) => ports),
      ).toEqual([[cache.port]]);
      expect([...faults(scope), ...faults(apps)]).toEqual([]);
    },
  );
});
