// Weights on the nodes of EKS Auto Mode, which keep their files on a volume.
import type { App } from 'cdk8s';
import { PlatformNamespace } from '../../../lib/cluster';
import { AutoModeGpuPool, GpuNodePool } from '../../../lib/compute';
import type { INodePool } from '../../../lib/contracts';
import { Layer } from '../../../lib/core';
import { S3Store } from '../../../lib/data';
import { ModelCache, NodeCache, VllmService } from '../../../lib/serving';
import { ground } from '../ground';

function served(app: App, poolIn: (capacity: Layer) => INodePool): void {
  const { apps, capacity } = ground(app);
  const pool = poolIn(capacity);
  new PlatformNamespace(new Layer(app, 'homes', { phase: 'cluster' }), 'node-weights', { level: 'baseline' });
  const home = new Layer(app, 'node-weights', { phase: 'apps', namespace: 'node-weights' });
  const cache = new ModelCache(apps, 'weights', { bucket: new S3Store(apps, 'objects').bucket('weights') });
  const weights = new NodeCache(home, 'l4-weights', { pool, cache });
  new VllmService(apps, 'chat', {
    model: 'Qwen/Qwen3-8B',
    pool,
    context: 8192,
    batchedTokens: 2048,
    weights,
  });
}

export function faulty(app: App): void {
  served(app, (capacity) => new AutoModeGpuPool(capacity, 'l4', { gpu: 'L4', limit: 8 }));
}

export function repaired(app: App): void {
  served(app, (capacity) => new GpuNodePool(capacity, 'l4', { gpu: 'L4', limit: 8 }));
}
