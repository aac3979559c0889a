import { describe, expect, test } from 'vitest';
import { type Layer, objectsOf } from '../../../lib/core';
import { validateObject } from '../../../lib/schemas';
import { DisaggregatedService } from '../../../lib/serving';
import { ground } from '../routing/doors';
import { deployment, pickerFile, podOf, served } from './served';

describe('without GPUs', () => {
  const { layer } = served({ simulate: true });
  const real = served();

  test('both roles are simulators, with the sidecar before those that answer', () => {
    for (const name of ['chat', 'chat-prefill'])
      expect(podOf(layer, name).engine.image).toContain('inference-sim');
    expect(podOf(layer, 'chat').engine.args).toContain('--port=8200');
    expect(podOf(layer, 'chat').sidecar?.args).toEqual(podOf(real.layer, 'chat').sidecar?.args);
    for (const object of objectsOf(layer)) expect(validateObject(object)).toEqual([]);
  });

  test('names, labels, ports, pool and picker are those of the engines', () => {
    const seen = (of: Layer) =>
      ['Service', 'InferencePool', 'HTTPRoute', 'Role'].flatMap((kind) =>
        objectsOf(of).filter((object) => object.kind === kind),
      );
    expect(seen(layer)).toEqual(seen(real.layer));
    expect(pickerFile(layer)).toEqual(pickerFile(real.layer));
    for (const name of ['chat', 'chat-prefill']) {
      expect(podOf(layer, name).labels).toEqual(podOf(real.layer, name).labels);
      expect(podOf(layer, name).engine.ports).toEqual(podOf(real.layer, name).engine.ports);
    }
  });

  test('a simulator needs no pools', () => {
    const { layer: bare } = ground('serving', { aws: false, tier: 'dev' });
    new DisaggregatedService(bare, 'chat', {
      engine: 'simulator',
      model: 'Qwen/Qwen3-8B',
      prefill: {},
      decode: { replicas: { min: 3, max: 3 } },
    });
    expect(['chat', 'chat-prefill'].map((name) => deployment(bare, name).replicas)).toEqual([3, 1]);
  });
});
