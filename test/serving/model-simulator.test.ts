import { expect, test } from 'vitest';
import { type Layer, objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { type ModelServer, ModelSimulator, SglangService, VllmService } from '../../lib/serving';
import { container, deployment, only, serving, TestPool } from './pool';

test('simulates the served name, the context and the queue, without the hub', () => {
  const layer = serving('local');
  new ModelSimulator(layer, 'chat', { model: 'Qwen/Qwen3-32B', context: 8192, maxSequences: 4 });
  expect(container(layer).args).toEqual([
    '--model=chat',
    '--port=8000',
    '--max-model-len=8192',
    '--max-num-seqs=4',
    '--served-model-name',
    'chat',
  ]);
  expect(only(layer, 'NetworkPolicy').spec).toMatchObject({ egress: [{}] });
  expect(deployment(layer).template.spec.nodeSelector).toBeUndefined();
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('gateways, policies and monitors cannot tell it from the engine', () => {
  const layer = serving();
  const pool = new TestPool(layer, 'l4', { gpusPerNode: 1 });
  const real = new VllmService(layer, 'chat', { model: 'Qwen/Qwen3-8B', pool });
  const other = serving();
  const fake = new ModelSimulator(other, 'chat', { model: 'Qwen/Qwen3-8B' });

  const seen = (endpoint: VllmService | ModelSimulator) => {
    const { model, baseUrl, provider, port, longestSeconds, replicas } = endpoint;
    const metrics = endpoint.metrics.map(({ name, port: p, portNumber, path }) => [
      name,
      p,
      portNumber,
      path,
    ]);
    return {
      model,
      baseUrl,
      provider,
      port,
      longestSeconds,
      replicas,
      metrics,
      labels: endpoint.pods.labels,
    };
  };
  expect(seen(fake)).toEqual(seen(real));
  expect(only(other, 'Service')).toEqual(only(layer, 'Service'));
  expect(render(other.node.root).facts.of('model')).toMatchObject([
    { alias: 'chat', model: 'Qwen/Qwen3-8B', engine: 'simulator', gpusPerReplica: 0 },
  ]);
});

test('one prop makes any engine its twin, without its pool, its image and its weights', () => {
  const objects = (make: (layer: Layer) => ModelServer) => {
    const layer = serving();
    make(layer);
    return objectsOf(layer);
  };
  const shared = { model: 'Qwen/Qwen3-8B', context: 8192, apiKey: true, drainSeconds: 60 };
  const pool = (layer: Layer) => new TestPool(layer, 'l4', { gpusPerNode: 1 });
  const simulator = objects((layer) => new ModelSimulator(layer, 'chat', shared));
  for (const Engine of [VllmService, SglangService]) {
    const twin = objects(
      (layer) => new Engine(layer, 'chat', { ...shared, pool: pool(layer), simulate: true }),
    );
    expect(twin).toEqual(simulator);
  }
});
