import { expect, test } from 'vitest';
import { type KubeObject, objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { ModelSimulator, type ModelSimulatorProps, SmokeTest, VllmService } from '../../lib/serving';
import { only, serving, TestPool } from './pool';

function smoked(props: Partial<ModelSimulatorProps> = {}) {
  const layer = serving();
  const server = new ModelSimulator(layer, 'chat', { model: 'Qwen/Qwen3-32B', ...props });
  new SmokeTest(layer, 'chat-smoke', { server });
  return layer;
}

interface Job {
  readonly activeDeadlineSeconds: number;
  readonly template: {
    readonly spec: {
      readonly containers: readonly { readonly args: readonly string[]; readonly env?: object }[];
    };
  };
}

const jobOf = (layer: ReturnType<typeof serving>): KubeObject & { readonly spec: Job } =>
  only(layer, 'Job') as KubeObject & { readonly spec: Job };

test('asks the Service of the model, and each adapter, and waits as long as a replica may start', () => {
  const layer = smoked({ adapters: { sql: { model: 'example/sql' } }, drainSeconds: 45 });
  const { spec } = jobOf(layer);
  expect(spec.template.spec.containers[0].args).toEqual([
    'http://chat.serving.svc:8000/v1',
    'generate',
    '660',
    '45',
    'chat',
    'sql',
  ]);
  expect(spec.activeDeadlineSeconds).toBe(660 + 2 * 45 + 300);
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('is let in, and nobody else', () => {
  const layer = smoked();
  const [edge, ...others] = render(layer.node.root)
    .facts.of('edge')
    .filter(({ to }) => 'labels' in to && to.labels['app.kubernetes.io/name'] === 'chat');
  expect(others).toEqual([]);
  expect(edge).toMatchObject({
    from: { labels: { 'app.kubernetes.io/name': 'chat-smoke' } },
    ports: [8000],
  });
});

test('knows the key', () => {
  const [container] = jobOf(smoked({ apiKey: true })).spec.template.spec.containers;
  expect(container.env).toEqual([
    { name: 'API_KEY', valueFrom: { secretKeyRef: { name: 'chat-api-key', key: 'apiKey' } } },
  ]);
});

test('changed pods are another Job, changed replicas are not', () => {
  const name = (props: Partial<ModelSimulatorProps> = {}) => jobOf(smoked(props)).metadata.name;
  expect(name()).toMatch(/^chat-smoke-[0-9a-f]{8}$/);
  expect(name()).toBe(name());
  expect(name({ context: 4096 })).not.toBe(name());
  expect(name({ drainSeconds: 45 })).not.toBe(name());
  expect(name({ replicas: { min: 3, max: 3 } })).toBe(name());
});

test('asks each task in its own words', () => {
  const layer = serving();
  const pool = new TestPool(layer, 'l4', { gpusPerNode: 1 });
  const server = new VllmService(layer, 'embed', { model: 'BAAI/bge-m3', pool, task: 'embed' });
  new SmokeTest(layer, 'embed-smoke', { server });
  expect(jobOf(layer).spec.template.spec.containers[0].args.slice(1, 3)).toEqual(['embed', '1200']);
});

test('facts tell who is asked and who is not', () => {
  const layer = smoked();
  new ModelSimulator(layer, 'other', { model: 'Qwen/Qwen3-8B' });
  const facts = render(layer.node.root).facts.of('model');
  expect(facts.map(({ alias, smokeTested }) => [alias, smokeTested])).toEqual([
    ['chat', true],
    ['other', false],
  ]);
});
