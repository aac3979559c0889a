// Two models that fill a pool, each of which would start a third server to roll.
import type { App } from 'cdk8s';
import { GpuNodePool } from '../../../lib/compute';
import { S3Store } from '../../../lib/data';
import { ModelCache, VllmService } from '../../../lib/serving';
import { ground } from '../ground';

function models(app: App, more: { readonly surge?: boolean }): void {
  const { apps, capacity } = ground(app);
  const pool = new GpuNodePool(capacity, 'l4', { gpu: 'L4', limit: 2 });
  const weights = new ModelCache(apps, 'weights', { bucket: new S3Store(apps, 'objects').bucket('weights') });
  const server = { model: 'Qwen/Qwen3-8B', context: 8192, batchedTokens: 2048, replicas: { min: 1, max: 1 } };
  for (const name of ['chat', 'code']) new VllmService(apps, name, { ...server, ...more, pool, weights });
}

export function faulty(app: App): void {
  models(app, {});
}

export function repaired(app: App): void {
  models(app, { surge: false });
}
