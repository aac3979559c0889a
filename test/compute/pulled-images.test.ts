import { describe, expect, test } from 'vitest';
import { PulledImages, type PulledImagesProps } from '../../lib/compute';
import { objectsOf } from '../../lib/core';
import { needsOf } from '../../lib/proofs/pod-security';
import { validateObject } from '../../lib/schemas';
import { find, layer } from '../core/tree';
import { message, TestPool } from '../serving/pool';

const WEIGHTS = `registry.example.com/models/qwen@sha256:${'0'.repeat(64)}`;

function pulled(props: Partial<PulledImagesProps> = {}) {
  const home = layer('serving');
  const pool = new TestPool(home, 'l4', { gpusPerNode: 1, limit: 4 });
  new PulledImages(home, 'l4-images', { pool, images: { vllm: 'vllm/vllm-openai:v0.33.0' }, ...props });
  return home;
}

const template = (props?: Partial<PulledImagesProps>) =>
  (find(pulled(props), 'DaemonSet').spec as { template: { metadata: never; spec: Record<string, never> } })
    .template;

test('each node of the pool pulls each image, and then nothing runs but a pause', () => {
  const { spec } = template();
  expect(spec.initContainers).toMatchObject([
    { name: 'pull-vllm', image: 'vllm/vllm-openai:v0.33.0', command: ['true'] },
  ]);
  expect(spec.containers).toMatchObject([{ image: 'registry.k8s.io/pause:3.10.1' }]);
  expect(spec.nodeSelector).toEqual({ 'nexus.dev/pool': 'l4' });
  expect(spec.tolerations).toMatchObject([{ key: 'nvidia.com/gpu' }]);
  expect(JSON.stringify(spec)).not.toContain('nvidia.com/gpu":');
});

test('also images whose files are mounted, with their logins', () => {
  const { spec } = template({ mounted: { qwen: WEIGHTS }, pullSecrets: ['login'] });
  expect(spec.volumes).toContainEqual({
    name: 'image-pulled-qwen',
    image: { reference: WEIGHTS, pullPolicy: 'IfNotPresent' },
  });
  expect(spec.imagePullSecrets).toEqual([{ name: 'login' }]);
});

test('every object is valid, and its pods are restricted', () => {
  const home = pulled({ mounted: { qwen: WEIGHTS } });
  expect(objectsOf(home).flatMap((object) => validateObject(object))).toEqual([]);
  expect(needsOf(template() as never)).toEqual([]);
});

describe('refuses', () => {
  test('to pull nothing', () => {
    expect(message(() => pulled({ images: {} }))).toMatchInlineSnapshot(`
      "layer/l4-images (PulledImages): pulls nothing on the nodes of pool 'l4'
        why: its pods would take a place on each node for nothing
        fix: name images, or leave it out"
    `);
  });
});
