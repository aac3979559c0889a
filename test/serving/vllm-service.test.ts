import { Chart, Testing } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { GeneratedSecret, type Layer, objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { VllmService, type VllmServiceProps } from '../../lib/serving';
import { container, deployment, message, only, serving, TestPool } from './pool';

const chat = (layer: Layer, props: Partial<VllmServiceProps> = {}) =>
  new VllmService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    pool: props.pool ?? new TestPool(layer, 'l40s', { gpusPerNode: 4, limit: 24 }),
    ...props,
  });

describe('defaults', () => {
  test('the engine is told everything it would otherwise guess', () => {
    const layer = serving();
    chat(layer);
    expect(container(layer).args).toEqual([
      'Qwen/Qwen3-32B',
      '--served-model-name=chat',
      '--port=8000',
      '--tensor-parallel-size=1',
      '--max-model-len=auto',
      '--max-num-seqs=256',
      '--max-num-batched-tokens=8192',
      '--gpu-memory-utilization=0.92',
      '--shutdown-timeout=120',
    ]);
  });

  test('two fixed replicas in prod and one in dev, four cores and 32 GiB for each GPU', () => {
    const prod = serving();
    const dev = serving('dev');
    chat(prod, { gpus: 2 });
    chat(dev);
    expect(deployment(prod).replicas).toBe(2);
    expect(deployment(dev).replicas).toBe(1);
    expect(container(prod).resources).toEqual({
      requests: { cpu: '8', memory: '64Gi', 'nvidia.com/gpu': '2' },
      limits: { memory: '64Gi', 'nvidia.com/gpu': '2' },
    });
  });

  test('a start may take 1200 s, a stop has the drain and its margins', () => {
    const layer = serving();
    chat(layer);
    const { startupProbe, readinessProbe, livenessProbe, env } = container(layer);
    expect((startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0)).toBe(1200);
    expect(env).toContainEqual({ name: 'VLLM_ENGINE_READY_TIMEOUT_S', value: '1200' });
    expect(readinessProbe?.httpGet).toEqual({ path: '/v1/models', port: 'http' });
    expect(livenessProbe?.httpGet).toEqual({ path: '/health', port: 'http' });
    expect(deployment(layer).template.spec.terminationGracePeriodSeconds).toBe(150);
  });

  test('writes only into its own folders, with 200Gi for weights', () => {
    const layer = serving();
    chat(layer);
    expect(container(layer).securityContext?.readOnlyRootFilesystem).toBe(true);
    expect(deployment(layer).template.spec.volumes).toEqual([
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
      { name: 'home-vllm', emptyDir: { sizeLimit: '20Gi' } },
      { name: 'weights', emptyDir: { sizeLimit: '200Gi' } },
    ]);
  });
});

test('props reach the flags, the pool and the hub', () => {
  const layer = serving();
  const token = new GeneratedSecret(layer, 'Token', { name: 'hub', generate: { token: {} } });
  chat(layer, {
    gpus: 4,
    context: 32768,
    maxSequences: 64,
    batchedTokens: 4096,
    utilization: 0.9,
    drainSeconds: 300,
    weightsGiB: 80,
    hubToken: token.key('token'),
    quantization: 'fp8',
    kvCacheDtype: 'fp8',
    extraArgs: ['--enable-auto-tool-choice', '--tool-call-parser', 'hermes'],
  });
  expect(container(layer).args?.slice(3)).toEqual([
    '--tensor-parallel-size=4',
    '--max-model-len=32768',
    '--max-num-seqs=64',
    '--max-num-batched-tokens=4096',
    '--gpu-memory-utilization=0.9',
    '--shutdown-timeout=300',
    '--quantization=fp8',
    '--kv-cache-dtype=fp8',
    '--enable-auto-tool-choice',
    '--tool-call-parser',
    'hermes',
  ]);
  const { nodeSelector, tolerations, volumes } = deployment(layer).template.spec;
  expect(nodeSelector).toEqual({ 'nexus.dev/pool': 'l40s' });
  expect(tolerations).toHaveLength(1);
  expect(volumes).toContainEqual({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '8Gi' } });
  expect(container(layer).env).toContainEqual({
    name: 'HF_TOKEN',
    valueFrom: { secretKeyRef: { name: 'hub', key: 'token' } },
  });
});

test('a model that does not generate is run as a pooling one, in steps that hold its whole context', () => {
  const layer = serving();
  chat(layer, { task: 'embed', context: 32768 });
  expect(container(layer).args).toContain('--runner=pooling');
  expect(container(layer).args).toContain('--max-num-batched-tokens=32768');
});

test('asks for no more than the share of the smallest node', () => {
  const layer = serving();
  const pool = new TestPool(layer, 'l4', { gpusPerNode: 1, room: { cpu: 3.7, memoryGiB: 13.4 } });
  chat(layer, { pool });
  expect(container(layer).resources?.requests).toMatchObject({ cpu: '3', memory: '13Gi' });
});

describe('a rollout', () => {
  const limited = (limit?: number) => {
    const layer = serving();
    chat(layer, { gpus: 4, pool: new TestPool(layer, 'h100', { gpusPerNode: 8, limit }) });
    return deployment(layer).strategy.rollingUpdate;
  };
  test('starts the new replica first where the pool holds one more', () => {
    expect(limited(12)).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    expect(limited(undefined)).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  });
  test('stops an old one first where it does not', () => {
    expect(limited(11)).toEqual({ maxSurge: 0, maxUnavailable: 1 });
  });
});

test('what others know of it: endpoint, metrics, facts', () => {
  const layer = serving();
  const service = chat(layer, { gpus: 4, context: 32768 });
  expect(service).toMatchObject({
    model: 'chat',
    baseUrl: 'http://chat.serving.svc:8000/v1',
    provider: 'hosted_vllm/chat',
    port: 8000,
    longestSeconds: 120,
    metrics: [{ name: 'chat', port: 'http', portNumber: 8000 }],
  });
  const { facts } = render(layer.node.root);
  expect(facts.of('model')).toEqual([
    {
      alias: 'chat',
      model: 'Qwen/Qwen3-32B',
      engine: 'vllm',
      pool: 'l40s',
      gpusPerReplica: 4,
      context: 32768,
      replicas: { min: 2, max: 2 },
      start: { utilization: 0.92, batchedTokens: 8192, maxSequences: 256, task: 'generate' },
    },
  ]);
  expect(facts.of('join')).toEqual([
    { object: 'Service/serving/chat', scope: 'model alias', defines: 'chat' },
  ]);
  expect(facts.of('lifecycle')).toMatchObject([{ drainSeconds: 120, startupSeconds: 1200 }]);
});

test('options that change what fits are told to the proofs, however they are written', () => {
  const startOf = (extraArgs: readonly string[]) => {
    const layer = serving();
    chat(layer, { gpus: 4, context: 32768, extraArgs });
    return render(layer.node.root).facts.of('model')[0].start;
  };
  expect(startOf(['--dtype=half', '--enable-expert-parallel'])).toMatchObject({
    dtype: 'half',
    expertParallel: true,
  });
  expect(startOf(['--dtype', 'half', '--enable-lora'])).toMatchObject({
    dtype: 'half',
    uncounted: ['--enable-lora'],
  });
});

test('is reached by nobody until it is routed, and reaches only the hub', () => {
  const layer = serving();
  chat(layer);
  const { ingress, egress } = only(layer, 'NetworkPolicy').spec as { ingress: unknown[]; egress: unknown[] };
  expect(ingress).toBeUndefined();
  expect(egress.slice(1)).toMatchObject([{ ports: [{ port: 443 }] }]);
});

test('a replica range leaves the number to the scaler', () => {
  const layer = serving();
  chat(layer, { replicas: { min: 2, max: 5 } });
  expect(deployment(layer).replicas).toBeUndefined();
  expect(message(() => render(layer.node.root))).toMatchInlineSnapshot(`
    "serving/chat: is to run 2 to 5 replicas, but nothing scales it. Create a QueueAutoscaler for it
      why: the construct says so of itself
      fix: make the call it asks for"
  `);
});

test('works in a plain chart', () => {
  const chart = new Chart(Testing.app(), 'mine', { namespace: 'team' });
  const pool = new TestPool(chart, 'l4', { gpusPerNode: 1 });
  const service = new VllmService(chart, 'chat', { model: 'Qwen/Qwen3-8B', pool });
  expect(service.baseUrl).toBe('http://chat.team.svc:8000/v1');
  expect(Testing.synth(chart).map((o) => `${o.kind}/${o.metadata.namespace}/${o.metadata.name}`)).toContain(
    'Deployment/team/chat',
  );
});

test('every object is valid', () => {
  const layer = serving();
  chat(layer, { gpus: 2 });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

describe('refuses', () => {
  const refused = (props: Partial<VllmServiceProps>) => message(() => chat(serving(), props));

  test('more GPUs than a node has', () => {
    expect(refused({ gpus: 8 })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'gpus' is 8, but pool 'l40s' has at most 4 per node
        why: the GPUs of one replica must share a node: tensor parallelism talks over NVLink
        fix: lower gpus to 4, or give 'l40s' a larger instance type"
    `);
  });
  test('more memory than there is', () => {
    expect(refused({ utilization: 1.2 })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'utilization' is 1.2
        why: it is a part of the GPU's memory, above 0 and at most 1
        fix: write a part, such as 0.92"
    `);
  });
  test('steps smaller than the number of requests in them', () => {
    expect(refused({ batchedTokens: 128 })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'batchedTokens' is 128, below 'maxSequences', 256
        why: a step has at least one token of each running request; the server ends at its start
        fix: raise batchedTokens to 256, or lower maxSequences to 128"
    `);
  });
  test('a floor above the ceiling', () => {
    expect(refused({ replicas: { min: 3, max: 2 } })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'replicas.min' is 3, above 'replicas.max', 2
        why: there is no number of replicas that is both
        fix: lower min to 2, or raise max to 3"
    `);
  });
  test('no replica at all', () => {
    expect(refused({ replicas: { min: 0, max: 2 } })).toMatchInlineSnapshot(`
      "serving/chat (VllmService): 'replicas.min' is 0
        why: without a running replica nothing measures a queue, and a cold one takes minutes
        fix: raise min to 1"
    `);
  });
});
