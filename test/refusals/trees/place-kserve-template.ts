// A model whose pods KServe makes from its own template, of which no proof knows anything.
import type { App } from 'cdk8s';
import { KServeCrds, PlatformNamespace } from '../../../lib/cluster';
import { GpuNodePool } from '../../../lib/compute';
import { Layer } from '../../../lib/core';
import { S3Store } from '../../../lib/data';
import { KServeDefaults, KServeService, ModelCache } from '../../../lib/serving';
import { ground, object } from '../ground';

function kserve(app: App) {
  const { apps, capacity, operators } = ground(app);
  new PlatformNamespace(app.node.findChild('cluster') as Layer, 'kserve');
  new KServeCrds(new Layer(app, 'kserve-crds', { phase: 'operators', after: [operators] }), 'crds');
  return { apps, capacity };
}

export function faulty(app: App): void {
  const { apps } = kserve(app);
  object(apps, 'serving.kserve.io/v1alpha2', 'LLMInferenceService', 'chat', {
    spec: { model: { uri: 'hf://Qwen/Qwen3-8B' }, replicas: 1 },
  });
}

export function repaired(app: App): void {
  const { apps, capacity } = kserve(app);
  new KServeService(apps, 'chat', {
    model: 'Qwen/Qwen3-8B',
    pool: new GpuNodePool(capacity, 'l4', { gpu: 'L4', limit: 4 }),
    context: 8192,
    batchedTokens: 2048,
    weights: new ModelCache(apps, 'weights', { bucket: new S3Store(apps, 'objects').bucket('weights') }),
    defaults: new KServeDefaults(apps, 'defaults'),
  });
}
