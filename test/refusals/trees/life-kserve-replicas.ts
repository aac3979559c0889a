// An autoscaler, and a number of replicas in the object that KServe makes the Deployment of.
import { ApiObject, type App, JsonPatch } from 'cdk8s';
import { Keda, KServeCrds, PlatformNamespace } from '../../../lib/cluster';
import { GpuNodePool } from '../../../lib/compute';
import { Layer } from '../../../lib/core';
import { S3Store } from '../../../lib/data';
import { KServeDefaults, KServeService, ModelAutoscaler, ModelCache } from '../../../lib/serving';
import { ground } from '../ground';

function scaled(app: App) {
  const { apps, capacity, operators } = ground(app);
  new PlatformNamespace(app.node.findChild('cluster') as Layer, 'kserve');
  new Keda(operators, 'keda');
  new KServeCrds(new Layer(app, 'kserve-crds', { phase: 'operators', after: [operators] }), 'crds');
  const server = new KServeService(apps, 'chat', {
    model: 'Qwen/Qwen3-8B',
    pool: new GpuNodePool(capacity, 'l4', { gpu: 'L4', limit: 4 }),
    context: 8192,
    batchedTokens: 2048,
    replicas: { min: 1, max: 3 },
    weights: new ModelCache(apps, 'weights', { bucket: new S3Store(apps, 'objects').bucket('weights') }),
    defaults: new KServeDefaults(apps, 'defaults'),
  });
  new ModelAutoscaler(apps, 'scaler', { server, prometheus: 'https://prometheus.example.com' });
  return server;
}

export function faulty(app: App): void {
  const service = scaled(app).node.findChild('Server').node.findChild('Service');
  ApiObject.of(service).addJsonPatch(JsonPatch.add('/spec/replicas', 2));
}

export function repaired(app: App): void {
  scaled(app);
}
