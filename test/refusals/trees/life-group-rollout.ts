// A replica over two nodes that would start a second one to roll, in a pool of three nodes.
import type { App } from 'cdk8s';
import { LeaderWorkerSets, PlatformNamespace } from '../../../lib/cluster';
import { EfaDevicePlugin, GpuNodePool } from '../../../lib/compute';
import { Layer } from '../../../lib/core';
import { S3Store } from '../../../lib/data';
import { ModelCache, VllmService } from '../../../lib/serving';
import { ground } from '../ground';

function model(app: App, surge: boolean): void {
  const { apps, capacity, operators } = ground(app);
  new PlatformNamespace(app.node.findChild('cluster') as Layer, 'lws-system');
  const home = new Layer(app, 'lws', { phase: 'operators', namespace: 'lws-system', after: [operators] });
  new LeaderWorkerSets(home, 'lws');
  new EfaDevicePlugin(home, 'efa');
  const pool = new GpuNodePool(capacity, 'h100', {
    gpu: 'H100',
    perNode: 8,
    limit: 24,
    zones: ['us-east-1a'],
    efa: true,
  });
  const weights = new ModelCache(apps, 'weights', { bucket: new S3Store(apps, 'objects').bucket('weights') });
  new VllmService(apps, 'reasoning', {
    model: 'deepseek-ai/DeepSeek-R1',
    pool,
    weights,
    gpus: 8,
    nodes: 2,
    image: 'registry.example.com/vllm-efa:v0.33.0',
    context: 32768,
    replicas: { min: 1, max: 1 },
    surge,
  });
}

export function faulty(app: App): void {
  model(app, true);
}

export function repaired(app: App): void {
  model(app, false);
}
