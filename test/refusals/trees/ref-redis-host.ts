// A gateway configured with a cache that is no Service.
import type { App } from 'cdk8s';
import { ground, service } from '../ground';

const CONFIG = { '/etc/gateway': { 'config.yaml': 'cache:\n  host: redis.apps.svc\n  port: 6379\n' } };

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'gateway', { config: CONFIG });
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  const gateway = service(apps, 'gateway', { config: CONFIG });
  const cache = service(apps, 'redis', { ports: { redis: 6379 }, ready: { tcp: 'redis' } });
  cache.pods.allowFrom(gateway.pods, { port: 6379, why: 'its cache' });
}
