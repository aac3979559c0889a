import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { Layer, setCluster } from '../../../lib/core';
import { InferenceGateway, ModelSimulator, type PickerOptions, VllmService } from '../../../lib/serving';
import { AWS } from '../../core/tree';
import { container, message, only, TestPool } from '../pool';
import { ground } from './doors';

const shape = { model: 'Qwen/Qwen3-8B', context: 8192, replicas: { min: 2, max: 2 }, drainSeconds: 120 };

function engine(options: PickerOptions = {}, props: object = {}) {
  const { controller, layer } = ground('serving');
  const pool = new TestPool(layer, 'l4', { gpu: 'L4', gpusPerNode: 1 });
  const chat = new VllmService(layer, 'chat', { ...shape, pool, kvEvents: true, ...props });
  new InferenceGateway(layer, 'models', { controller }).route(chat, { prefix: 'precise', ...options });
  return layer;
}

function simulated() {
  const { controller, layer } = ground('serving');
  const chat = new ModelSimulator(layer, 'chat', { ...shape, kvEvents: true });
  new InferenceGateway(layer, 'models', { controller }).route(chat, { prefix: 'precise' });
  return layer;
}

interface Plugin {
  readonly type: string;
  readonly parameters?: object;
}
function file(layer: Layer) {
  const { data } = only(layer, 'ConfigMap', 'chat-picker-etc-picker') as unknown as {
    data: Record<string, string>;
  };
  return parse(data['config.yaml']) as { plugins: readonly Plugin[]; dataLayer: object };
}
const plugin = (layer: Layer, name: string) =>
  file(layer).plugins.find(({ type }) => type === name)?.parameters;

/** Who may call these pods, on which ports. */
const doors = (layer: Layer, name: string) =>
  (
    only(layer, 'NetworkPolicy', name).spec as {
      ingress: { from: { podSelector: { matchLabels: object } }[]; ports: { port: number }[] }[];
    }
  ).ingress.flatMap(({ from: [peer], ports }) =>
    ports.map(({ port }) => [Object.values(peer.podSelector.matchLabels)[0], port]),
  );

test('the engine tells of blocks under the name that it serves, on a port that the picker may call', () => {
  const layer = engine();
  const server = container(layer, 'chat');
  expect(server.args).toEqual(
    expect.arrayContaining([
      '--block-size=64',
      '--kv-events-config={"enable_kv_cache_events":true,"publisher":"zmq","endpoint":"tcp://*:5557","topic":"kv@$(POD_IP):8000@chat"}',
    ]),
  );
  expect(server.env).toContainEqual({
    name: 'POD_IP',
    valueFrom: { fieldRef: { fieldPath: 'status.podIP' } },
  });
  expect(server.ports).toContainEqual({ name: 'kv-events', containerPort: 5557 });
  expect(doors(layer, 'chat')).toContainEqual(['chat-picker', 5557]);
  expect(doors(layer, 'chat-picker')).toEqual([['models', 9002]]);
});

test('the picker counts in the same blocks, and its replicas split prompts for it', () => {
  const layer = engine({}, { replicas: { min: 2, max: 2 } });
  expect(plugin(layer, 'token-producer')).toMatchObject({
    modelName: 'chat',
    vllm: { url: 'http://chat.serving.svc:8000' },
  });
  expect(plugin(layer, 'precise-prefix-cache-producer')).toMatchObject({
    tokenProcessorConfig: { blockSizeTokens: 64 },
    kvEventsConfig: { discoverPods: true, podDiscoveryConfig: { socketPort: 5557 } },
  });
  expect(plugin(layer, 'prefix-cache-scorer')).toEqual({
    prefixMatchInfoProducerName: 'precise-prefix-cache-producer',
  });
  expect(plugin(layer, 'approx-prefix-cache-producer')).toBeUndefined();
  expect(file(layer).dataLayer).toMatchObject({
    sources: [
      { pluginRef: 'metrics-data-source' },
      {
        pluginRef: 'endpoint-notification-source',
        extractors: [{ pluginRef: 'precise-prefix-cache-producer' }],
      },
    ],
  });
  expect(container(layer, 'chat-picker').resources).toMatchObject({ requests: { cpu: '2', memory: '4Gi' } });
});

test('a block may lie on as many replicas as there ever are', () => {
  const app = new App();
  setCluster(app, AWS);
  const many = new Layer(app, 'layer', { phase: 'serving', namespace: 'serving' });
  const chat = new ModelSimulator(many, 'chat', { ...shape, replicas: { min: 24, max: 24 }, kvEvents: true });
  const { controller } = ground('serving');
  new InferenceGateway(many, 'models', { controller }).route(chat, { prefix: 'precise' });
  expect(plugin(many, 'precise-prefix-cache-producer')).toMatchObject({
    indexerConfig: { kvBlockIndexConfig: { inMemoryConfig: { podCacheSize: 24 } } },
  });
});

test('a simulator calls its picker, and is known by address and port', () => {
  const layer = simulated();
  const server = container(layer, 'chat');
  expect(server.args).toEqual(
    expect.arrayContaining(['--block-size=64', '--zmq-endpoint=tcp://chat-picker.serving.svc:5557']),
  );
  expect(server.env).toEqual([
    { name: 'ADDRESS', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    { name: 'POD_IP', value: '$(ADDRESS):8000' },
  ]);
  expect(plugin(layer, 'precise-prefix-cache-producer')).toMatchObject({
    kvEventsConfig: { discoverPods: false, zmqEndpoint: 'tcp://0.0.0.0:5557' },
  });
  expect(doors(layer, 'chat-picker')).toContainEqual(['chat', 5557]);
  expect(doors(layer, 'chat')).not.toContainEqual(['chat-picker', 5557]);
});

test('refuses what it would not hear', () => {
  expect(message(() => engine({}, { kvEvents: false }))).toMatchInlineSnapshot(`
    "layer/models/Pool-chat (EndpointPicker): goes by exact prefixes, and 'chat' does not tell what is in its KV caches
      why: its index would stay empty, and no replica would ever be better than another
      fix: set kvEvents: true on 'chat' (vLLM has them), or prefix: 'approximate'"
  `);
  expect(message(() => engine({ scorers: 'load' }))).toMatchInlineSnapshot(`
    "layer/models/Pool-chat (EndpointPicker): goes by exact prefixes, and 'scorers' does not weigh prefixes
      why: it would split every prompt and keep an index, and ask neither
      fix: give 'prefix' a weight, or drop prefix: 'precise'"
  `);
  expect(message(() => engine({}, { apiKey: true }))).toMatchInlineSnapshot(`
    "layer/models/Pool-chat (EndpointPicker): goes by exact prefixes, and 'chat' asks for a key
      why: its replicas split prompts into tokens for the picker, which has no key to show: none would be split
      fix: drop apiKey of 'chat': network policies let only the gateway in"
  `);
  expect(message(() => engine({}, { prefixCaching: false }))).toMatchInlineSnapshot(`
    "layer/chat (VllmService): has 'kvEvents', and 'prefixCaching' is false
      why: nothing of a prompt stays in its cache: the picker would hear of blocks that nobody finds again
      fix: delete prefixCaching, or kvEvents"
  `);
  expect(message(() => engine({}, { task: 'embed' }))).toMatchInlineSnapshot(`
    "layer/chat (VllmService): has 'kvEvents' and task 'embed'
      why: such a model reads each text once, and there is no cache to come back to
      fix: delete kvEvents"
  `);
});
