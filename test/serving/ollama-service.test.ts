import { Chart, Testing } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { type Layer, objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { ModelAutoscaler, OllamaService, type OllamaServiceProps } from '../../lib/serving';
import { container, deployment, message, only, serving, TestPool } from './pool';

const small = (layer: Layer, props: Partial<OllamaServiceProps> = {}) =>
  new OllamaService(layer, 'small', { model: 'qwen3:0.6b', weightsGiB: 1, ...props });

test('listens on its own port under the name of the construct', () => {
  const layer = serving('dev');
  const server = small(layer);
  expect(container(layer)).toMatchObject({
    args: ['serve'],
    ports: [{ name: 'http', containerPort: 11434 }],
    readinessProbe: { httpGet: { path: '/v1/models', port: 'http' } },
    livenessProbe: { httpGet: { path: '/', port: 'http' } },
    securityContext: { readOnlyRootFilesystem: true },
  });
  expect(only(layer, 'Service').spec).toMatchObject({ ports: [{ port: 11434 }] });
  expect(server).toMatchObject({
    model: 'small',
    baseUrl: 'http://small.serving.svc:11434/v1',
    provider: 'hosted_vllm/small',
    port: 11434,
    asksForKey: false,
  });
});

test('pulls its model before it serves, under the name that clients ask for', () => {
  const layer = serving('dev');
  small(layer);
  const [pull] = deployment(layer).template.spec.initContainers ?? [];
  expect(pull.command?.slice(0, 2)).toEqual(['/bin/sh', '-ec']);
  // A server first, then the pull, then the name.
  expect(pull.command?.[2]).toMatch(/^ollama serve &(.*\n)+ollama pull "\$1"\nollama cp "\$1" "\$2"$/);
  expect(pull.command?.slice(3)).toEqual(['pull', 'qwen3:0.6b', 'small']);
  expect(pull.env).toContainEqual({ name: 'OLLAMA_HOST', value: '127.0.0.1:11434' });
  const reached = JSON.stringify(only(layer, 'NetworkPolicy').spec);
  expect(reached).toContain('0.0.0.0/0');
});

describe('defaults', () => {
  const env = (props: Partial<OllamaServiceProps> = {}) => {
    const layer = serving('dev');
    small(layer, props);
    return Object.fromEntries((container(layer).env ?? []).map(({ name, value }) => [name, value]));
  };
  test('one request at a time, the model kept in memory, nothing answered elsewhere', () => {
    expect(env()).toEqual({
      HOME: '/home/ollama',
      OLLAMA_MODELS: '/models',
      OLLAMA_NO_CLOUD: '1',
      OLLAMA_HOST: '0.0.0.0:11434',
      OLLAMA_KEEP_ALIVE: '-1',
      OLLAMA_MAX_LOADED_MODELS: '1',
      OLLAMA_NUM_PARALLEL: '1',
    });
    expect(env({ context: 8192, maxSequences: 4 })).toMatchObject({
      OLLAMA_CONTEXT_LENGTH: '8192',
      OLLAMA_NUM_PARALLEL: '4',
    });
  });
  test('two CPUs, the file and a fifth, and 2 GiB', () => {
    const layer = serving('dev');
    small(layer, { weightsGiB: 5 });
    expect(container(layer).resources).toEqual({
      requests: { cpu: '2', memory: '8Gi' },
      limits: { memory: '8Gi' },
    });
    expect(deployment(layer).template.spec.nodeSelector).toBeUndefined();
  });
  test('no metrics, and no series to scale by', () => {
    const server = small(serving('dev'));
    expect([server.metrics, server.tells]).toEqual([[], undefined]);
  });
});

test('on a pool it takes one GPU, and says what it was measured to take', () => {
  const layer = serving('dev');
  const pool = new TestPool(layer, 'l4', { gpu: 'L4', gpusPerNode: 1, limit: 4 });
  small(layer, { pool, observed: { gpuGiB: 2.5, on: 'L4' } });
  expect(container(layer).resources?.requests).toMatchObject({ 'nvidia.com/gpu': '1' });
  expect(deployment(layer).template.spec.nodeSelector).toEqual({ 'nexus.dev/pool': 'l4' });
  const [fact] = render(layer.node.root as never).facts.of('model');
  expect(fact).toMatchObject({
    engine: 'ollama',
    gpusPerReplica: 1,
    pool: 'l4',
    weights: 'hub',
    takes: { gpuGiB: 2.5, on: 'L4' },
  });
});

test('a range of replicas is refused: nobody could follow its queue', () => {
  const layer = serving('dev');
  expect(message(() => small(layer, { replicas: { min: 1, max: 3 } }))).toMatchInlineSnapshot(`
    "serving/small (OllamaService): is to run 1 to 3 replicas on ollama, which has no metrics
      why: nobody could tell how many requests wait, so nothing would ever scale it
      fix: set both to 3, or serve it with an engine that tells its queue: vllm or sglang"
  `);
  const server = new OllamaService(layer, 'fixed', { model: 'qwen3:0.6b', weightsGiB: 1 });
  expect(message(() => new ModelAutoscaler(layer, 'scaler', { server, prometheus: '' }))).toContain(
    'whose replicas are fixed',
  );
});

test('works under a plain chart, and every object is valid', () => {
  const chart = new Chart(Testing.app(), 'plain', { namespace: 'apps' });
  new OllamaService(chart, 'small', { model: 'qwen3:0.6b', weightsGiB: 1 });
  expect(Testing.synth(chart).map(({ kind }) => kind)).toContain('Deployment');
  const layer = serving('dev');
  small(layer);
  for (const object of objectsOf(layer)) expect(validateObject(object)).toEqual([]);
});
