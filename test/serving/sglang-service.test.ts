import { describe, expect, test } from 'vitest';
import { type Layer, objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { SglangService, type SglangServiceProps } from '../../lib/serving';
import { container, deployment, message, only, serving, TestPool } from './pool';

const chat = (layer: Layer, props: Partial<SglangServiceProps> = {}) =>
  new SglangService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    pool: props.pool ?? new TestPool(layer, 'l40s', { gpu: 'L40S', gpusPerNode: 4, limit: 24 }),
    gpus: 4,
    context: 32768,
    ...props,
  });

test('is told where to listen, to tell its metrics, and everything it would otherwise guess', () => {
  const layer = serving();
  chat(layer);
  const { command, args } = container(layer);
  expect(command).toEqual(['python3', '-m', 'sglang.launch_server']);
  expect(args).toEqual([
    '--model-path=Qwen/Qwen3-32B',
    '--served-model-name=chat',
    '--host=0.0.0.0',
    '--port=8000',
    '--tensor-parallel-size=4',
    '--context-length=32768',
    '--max-running-requests=256',
    '--chunked-prefill-size=2048',
    '--mem-fraction-static=0.807',
    '--enable-metrics',
    '--tool-call-parser=qwen',
    '--reasoning-parser=qwen3',
  ]);
});

describe('its part of the memory', () => {
  const fraction = (props: Partial<SglangServiceProps>) => {
    const layer = serving();
    chat(layer, props);
    const flag = container(layer).args?.find((arg) => arg.startsWith('--mem-fraction-static='));
    return Number(flag?.split('=')[1]);
  };
  test('leaves out the work memory that the utilization has in it', () => {
    expect(fraction({ utilization: 0.9 }) - fraction({ utilization: 0.8 })).toBeCloseTo(0.1, 2);
    expect(fraction({ profile: 'latency' })).toBeGreaterThan(fraction({ profile: 'throughput' }));
  });
  test('leaves 12 % to a model that nobody knows', () => {
    expect(fraction({ model: 'example/own' })).toBe(0.78);
  });
});

test('a key is a name in the manifest, and not in the way of probes', () => {
  const layer = serving();
  chat(layer, { apiKey: true });
  expect(container(layer).args).toContain('--api-key=$(SGLANG_API_KEY)');
  expect(container(layer).env).toContainEqual({
    name: 'SGLANG_API_KEY',
    valueFrom: { secretKeyRef: { name: 'chat-api-key', key: 'apiKey' } },
  });
  expect(container(layer).readinessProbe?.httpGet?.path).toBe('/health');
});

test('props reach the flags', () => {
  const layer = serving();
  chat(layer, {
    quantization: 'fp8',
    kvCacheDtype: 'fp8',
    prefixCaching: false,
    toolParser: 'none',
    reasoningParser: 'deepseek-r1',
    revision: 'abc',
    image: 'registry.example.com/sglang:1',
  });
  expect(container(layer).args?.slice(-5)).toEqual([
    '--quantization=fp8',
    '--kv-cache-dtype=fp8_e4m3',
    '--disable-radix-cache',
    '--reasoning-parser=deepseek-r1',
    '--revision=abc',
  ]);
  expect(container(layer).image).toBe('registry.example.com/sglang:1');
});

test('what others know of it is what they know of any engine', () => {
  const layer = serving();
  const service = chat(layer);
  expect(service).toMatchObject({
    model: 'chat',
    baseUrl: 'http://chat.serving.svc:8000/v1',
    longestSeconds: 120,
    tells: 'sglang',
    metrics: [{ name: 'chat', port: 'http', portNumber: 8000, exporter: 'sglang' }],
  });
  const [fact] = render(layer.node.root).facts.of('model');
  expect(fact).toMatchObject({
    engine: 'sglang',
    gpusPerReplica: 4,
    weights: 'hub',
    start: { utilization: 0.9, batchedTokens: 2048, maxSequences: 256, task: 'generate' },
  });
});

test('runs without root on a read-only root, with caches and shared memory', () => {
  const layer = serving();
  chat(layer, { gpus: 1 });
  expect(container(layer).securityContext?.readOnlyRootFilesystem).toBe(true);
  const { volumes } = deployment(layer).template.spec;
  expect(volumes).toContainEqual({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '4Gi' } });
  expect(volumes).toContainEqual({ name: 'home-sglang', emptyDir: { sizeLimit: '20Gi' } });
});

test('every object is valid, and nobody gets in until it is routed', () => {
  const layer = serving();
  chat(layer, { apiKey: true });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  expect((only(layer, 'NetworkPolicy').spec as { ingress?: unknown }).ingress).toBeUndefined();
});

describe('refuses', () => {
  const refused = (props: Partial<SglangServiceProps>) => message(() => chat(serving(), props));
  test('words of another engine', () => {
    expect(refused({ toolParser: 'llama3_json' })).toMatchInlineSnapshot(`
      "serving/chat (SglangService): 'toolParser' is 'llama3_json', which SGLang 0.5.21 does not know
        why: the server ends at its start, after its node has been launched
        fix: write one of apertus2509, cohere_command4, deepseekv3, deepseekv31, deepseekv32, deepseekv4, deepseekv41, dots, gemma4, gigachat3, gigachat35, glm, glm45, glm47, gpt-oss, hermes, hunyuan, inkling, interns1, iquest_q1, k2_horizon, kimi_k2, kimi_k3, lfm2, ling3, llama3, mimo, minicpm5, minimax-m2, minimax-m3, mistral, muse, nanbeige, poolside_v1, pythonic, qwen, qwen25, qwen3_coder, spark25, step3, step3p5, trinity"
    `);
  });
  test('more memory than there is', () => {
    expect(refused({ utilization: 1.2 })).toMatchInlineSnapshot(`
      "serving/chat (SglangService): 'utilization' is 1.2
        why: it is a part of the GPU's memory, above 0 and at most 1
        fix: write a part, such as 0.9"
    `);
  });
});
