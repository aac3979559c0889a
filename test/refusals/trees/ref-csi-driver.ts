// A bucket that is mounted as a file system, and no driver that does it.
import type { App } from 'cdk8s';
import { MountpointDriver, PlatformNamespace } from '../../../lib/cluster';
import { GpuNodePool } from '../../../lib/compute';
import { Layer } from '../../../lib/core';
import { S3Store } from '../../../lib/data';
import { ModelCache, MountedCache, VllmService } from '../../../lib/serving';
import { ground } from '../ground';

function mounted(app: App): void {
  const { apps, capacity } = ground(app);
  const pool = new GpuNodePool(capacity, 'l4', { gpu: 'L4', limit: 8 });
  const cache = new ModelCache(apps, 'weights', { bucket: new S3Store(apps, 'objects').bucket('weights') });
  const weights = new MountedCache(apps, 'mounted', { cache });
  new VllmService(apps, 'chat', {
    model: 'Qwen/Qwen3-8B',
    pool,
    context: 8192,
    batchedTokens: 2048,
    weights,
  });
}

export function faulty(app: App): void {
  mounted(app);
}

export function repaired(app: App): void {
  mounted(app);
  const cluster = new Layer(app, 'mountpoint-home', { phase: 'cluster' });
  new PlatformNamespace(cluster, 'mount-s3');
  new MountpointDriver(
    new Layer(app, 'mountpoint', { phase: 'operators', namespace: 'kube-system' }),
    'mountpoint',
  );
}
