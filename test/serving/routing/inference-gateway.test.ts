import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Layer, objectsOf, render } from '../../../lib/core';
import { validateObject } from '../../../lib/schemas';
import { InferenceGateway, ModelSimulator, type PickerOptions } from '../../../lib/serving';
import { container, message, only } from '../pool';
import { ground, model } from './doors';

function routed(options: PickerOptions = {}) {
  const { controller, layer } = ground('serving');
  const gateway = new InferenceGateway(layer, 'models', { controller });
  const chat = gateway.route(model(layer), options);
  return { layer, gateway, chat };
}

interface PickerFile {
  readonly plugins: readonly { readonly type: string; readonly parameters?: object }[];
  readonly schedulingProfiles: readonly {
    readonly plugins: readonly { readonly pluginRef: string; readonly weight?: number }[];
  }[];
}
function file(layer: Layer): PickerFile {
  const { data } = only(layer, 'ConfigMap', 'chat-picker-etc-picker') as unknown as {
    data: Record<string, string>;
  };
  return parse(data['config.yaml']);
}
const weights = (layer: Layer) =>
  Object.fromEntries(
    file(layer).schedulingProfiles[0].plugins.flatMap(({ pluginRef, weight }) =>
      weight === undefined ? [] : [[pluginRef, weight]],
    ),
  );

test('a model is asked for by the name in the body, at one URL for all', () => {
  const { layer, chat } = routed();
  expect(chat).toMatchObject({
    model: 'chat',
    provider: 'hosted_vllm/chat',
    baseUrl: 'http://models.serving.svc:8080/v1',
    port: 8080,
    longestSeconds: 120,
  });
  expect(only(layer, 'AgentgatewayPolicy', 'models-by-model').spec).toMatchObject({
    targetRefs: [{ kind: 'Gateway', name: 'models' }],
    traffic: {
      phase: 'PreRouting',
      transformation: {
        request: { set: [{ name: 'x-gateway-model-name', value: 'json(request.body).model' }] },
      },
    },
  });
  expect(only(layer, 'HTTPRoute', 'chat').spec).toMatchObject({
    rules: [
      {
        matches: [{ headers: [{ name: 'x-gateway-model-name', value: 'chat' }] }],
        backendRefs: [{ kind: 'InferencePool', name: 'chat' }],
        timeouts: { request: '135s' },
      },
    ],
  });
});

test('the pool is the pods of the model; while the picker is away nobody else is taken', () => {
  const pool = (options: PickerOptions) => only(routed(options).layer, 'InferencePool').spec;
  expect(pool({})).toEqual({
    selector: { matchLabels: { 'app.kubernetes.io/name': 'chat' } },
    targetPorts: [{ number: 8000 }],
    appProtocol: 'http',
    endpointPickerRef: {
      group: '',
      kind: 'Service',
      name: 'chat-picker',
      port: { number: 9002 },
      failureMode: 'FailClose',
    },
  });
  expect(message(() => pool({ onFailure: 'open' }))).toMatchInlineSnapshot(`
    "layer/models (InferenceGateway): is to answer for 'chat' also while its picker is away
      why: agentgateway 1.4.1 streams a body to the picker before it has heard from it, and cannot send it elsewhere any more: requests get an error until the picker is back (agentgateway issue 3473)
      fix: use onFailure 'close', which is what happens, with a fallback at the gateway in front; or the controller Istio"
  `);
});

describe('the picker', () => {
  test('is one, or several of which each chooses and one may be lost', () => {
    const replicas = (options: PickerOptions) =>
      (only(routed(options).layer, 'Deployment', 'chat-picker').spec as { replicas: number }).replicas;
    expect([{}, { pickers: 2 }].map(replicas)).toEqual([1, 2]);
    const { layer } = routed({ pickers: 2 });
    expect(only(layer, 'PodDisruptionBudget', 'chat-picker').spec).toMatchObject({ maxUnavailable: 1 });
    expect(container(layer, 'chat-picker').args?.join()).not.toContain('leader');
    expect(message(() => routed({ pickers: 0 }))).toMatchInlineSnapshot(`
      "layer/models/Pool-chat (EndpointPicker): 'pickers' is 0
        why: without one nobody chooses, and each further one knows less of what the others sent where
        fix: write a number from 1 to 3"
    `);
  });

  test('weighs what the profile says, or each weight that is given', () => {
    expect(weights(routed().layer)).toEqual({
      'prefix-cache-scorer': 3,
      'queue-scorer': 2,
      'kv-cache-utilization-scorer': 2,
    });
    expect(weights(routed({ scorers: 'adapters' }).layer)).toMatchObject({ 'lora-affinity-scorer': 3 });
    expect(weights(routed({ scorers: { queue: 1, prefix: 0 } }).layer)).toEqual({ 'queue-scorer': 1 });
  });

  test('is told that an experimental scorer is meant, and only then', () => {
    const flag = '--allow-experimental-plugins';
    expect(container(routed({ scorers: 'sessions' }).layer, 'chat-picker').args).toContain(flag);
    expect(container(routed().layer, 'chat-picker').args).not.toContain(flag);
  });

  test('reads the metrics of the engine by names that are written out', () => {
    const extractor = file(routed().layer).plugins.find(({ type }) => type === 'core-metrics-extractor');
    expect(extractor?.parameters).toMatchObject({
      defaultEngine: 'vllm',
      engineConfigs: [
        { kvUsageSpec: 'vllm:kv_cache_usage_perc', queuedRequestsSpec: 'vllm:num_requests_waiting' },
      ],
    });
  });

  test('runs once, restricted, and is asked by gRPC whether it is well', () => {
    const { layer } = routed();
    const pod = container(layer, 'chat-picker');
    expect(only(layer, 'Deployment', 'chat-picker').spec).toMatchObject({ replicas: 1 });
    expect(pod.readinessProbe).toMatchObject({ grpc: { port: 9003, service: 'inference-extension' } });
    expect(pod.securityContext).toMatchObject({ readOnlyRootFilesystem: true });
    expect(pod.args).toEqual(
      expect.arrayContaining(['--pool-name=chat', '--pool-namespace=serving', '--drain-timeout=120s']),
    );
    expect(only(layer, 'Service', 'chat-picker').spec).toMatchObject({
      ports: [{ port: 9002, appProtocol: 'kubernetes.io/h2c' }, { port: 9003 }, { port: 9090 }],
    });
  });

  test('may read its pool and its pods, and nothing else', () => {
    expect(only(routed().layer, 'Role')).toMatchObject({
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
        { apiGroups: ['inference.networking.k8s.io'], resources: ['inferencepools'] },
        { apiGroups: ['llm-d.ai'], resources: ['inferenceobjectives', 'inferencemodelrewrites'] },
      ],
    });
  });
});

test('priorities are objects that clients name', () => {
  const { layer } = routed({ priorities: { interactive: 10, bulk: -10 } });
  expect(only(layer, 'InferenceObjective', 'chat-bulk').spec).toEqual({
    priority: -10,
    poolRef: { group: 'inference.networking.k8s.io', kind: 'InferencePool', name: 'chat' },
  });
});

test('a split shares a name between pools, each of which knows it by its own', () => {
  const { layer, gateway, chat } = routed();
  const next = gateway.route(model(layer, 'next'));
  const split = gateway.split('assistant', [
    { to: chat, weight: 90 },
    { to: next, weight: 10 },
  ]);
  expect(split).toMatchObject({ model: 'assistant', baseUrl: chat.baseUrl });
  expect(only(layer, 'HTTPRoute', 'assistant').spec).toMatchObject({
    rules: [
      {
        backendRefs: [
          { name: 'chat', weight: 90 },
          { name: 'next', weight: 10 },
        ],
      },
    ],
  });
  expect(only(layer, 'InferenceModelRewrite', 'assistant-next').spec).toMatchObject({
    poolRef: { name: 'next' },
    rules: [
      {
        matches: [{ model: { type: 'Exact', value: 'assistant' } }],
        targets: [{ modelRewrite: 'next', weight: 100 }],
      },
    ],
  });
  const defined = render(layer.node.root).facts.of('join');
  expect(defined).toContainEqual({
    object: 'HTTPRoute/serving/assistant',
    scope: 'model alias',
    defines: 'assistant',
  });
  expect(objectsOf(layer).flatMap((o) => validateObject(o))).toEqual([]);
});

describe('adapters', () => {
  const adapted = (names: readonly string[], options: PickerOptions = {}) => {
    const { controller, layer } = ground('serving');
    const gateway = new InferenceGateway(layer, 'models', { controller });
    const adapters = Object.fromEntries(names.map((name) => [name, { model: `example/${name}` }]));
    const two = { min: 2, max: 2 };
    const server = new ModelSimulator(layer, 'chat', { model: 'Qwen/Qwen3-8B', replicas: two, adapters });
    return { layer, gateway, chat: gateway.route(server, options) };
  };

  test('are asked for by their own names, and chosen for by the picker of their model', () => {
    const { layer, chat } = adapted(['sql', 'legal']);
    expect(chat.adapters.map(({ model, baseUrl }) => [model, baseUrl])).toEqual([
      ['sql', 'http://models.serving.svc:8080/v1'],
      ['legal', 'http://models.serving.svc:8080/v1'],
    ]);
    expect(only(layer, 'HTTPRoute', 'sql').spec).toMatchObject({
      rules: [
        {
          matches: [{ headers: [{ name: 'x-gateway-model-name', value: 'sql' }] }],
          backendRefs: [{ kind: 'InferencePool', name: 'chat' }],
        },
      ],
    });
  });

  test('share an alias with their model inside of its pool', () => {
    const { layer, gateway, chat } = adapted(['sql']);
    gateway.split('assistant', [
      { to: chat, weight: 90 },
      { to: chat.adapters[0], weight: 10 },
    ]);
    expect(only(layer, 'HTTPRoute', 'assistant').spec).toMatchObject({
      rules: [{ backendRefs: [{ name: 'chat', weight: 100 }] }],
    });
    expect(only(layer, 'InferenceModelRewrite').spec).toMatchObject({
      poolRef: { name: 'chat' },
      rules: [
        {
          targets: [
            { modelRewrite: 'chat', weight: 90 },
            { modelRewrite: 'sql', weight: 10 },
          ],
        },
      ],
    });
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('beside another model the route shares between pools, and each picker within its own', () => {
    const { layer, gateway, chat } = adapted(['sql']);
    const next = gateway.route(model(layer, 'next'));
    gateway.split('assistant', [
      { to: chat, weight: 60 },
      { to: chat.adapters[0], weight: 20 },
      { to: next, weight: 20 },
    ]);
    expect(only(layer, 'HTTPRoute', 'assistant').spec).toMatchObject({
      rules: [
        {
          backendRefs: [
            { name: 'chat', weight: 80 },
            { name: 'next', weight: 20 },
          ],
        },
      ],
    });
    expect(only(layer, 'InferenceModelRewrite', 'assistant-chat').spec).toMatchObject({
      rules: [{ targets: [{ weight: 60 }, { modelRewrite: 'sql', weight: 20 }] }],
    });
  });

  test('carry the priorities of their pool, and no other', () => {
    const { chat } = adapted(['sql'], { priorities: { bulk: -10 } });
    expect(chat.adapters[0].headersOf('bulk')).toEqual({ 'x-llm-d-inference-objective': 'chat-bulk' });
    expect(message(() => chat.headersOf('bluk'))).toMatchInlineSnapshot(`
      "layer/models/chat (PickedModel): has no priority 'bluk'; did you mean 'bulk'?
        why: the picker does not know the objective, and treats the request like every other
        fix: add it to priorities of 'chat', or name one of bulk"
    `);
  });

  test('a share of nothing is refused', () => {
    const { gateway, chat } = adapted(['sql']);
    const shares = [
      { to: chat, weight: 100 },
      { to: chat.adapters[0], weight: 0 },
    ];
    expect(message(() => gateway.split('assistant', shares))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): 'assistant' gives 'sql' 0 percent of its requests
        why: it would stand there and get none, and the picker takes no weight below 1
        fix: leave 'sql' out, or give it at least 1"
    `);
  });
});

test('proxies, pickers and replicas reach each other, and each is scraped', () => {
  const { layer, gateway } = routed();
  const from = (name: string) => {
    const { ingress } = only(layer, 'NetworkPolicy', name).spec as {
      ingress: readonly { from: readonly { podSelector: { matchLabels: object } }[]; ports: object[] }[];
    };
    return ingress.map(({ from: [peer], ports }) => [Object.values(peer.podSelector.matchLabels)[0], ports]);
  };
  const tcp = (port: number) => [{ port, protocol: 'TCP' }];
  expect(from('chat')).toEqual([
    ['chat-picker', tcp(8000)],
    ['models', tcp(8000)],
  ]);
  expect(from('chat-picker')).toEqual([['models', tcp(9002)]]);
  expect(gateway.metrics.map(({ portNumber }) => portNumber)).toEqual([15020, 9090]);
});

describe('a canary', () => {
  const beside = (weight: number) => {
    const { layer, gateway, chat } = routed();
    const picker = gateway.canary(chat, model(layer, 'chat-canary', { min: 1, max: 1 }), weight);
    return { layer, gateway, chat, picker };
  };
  const shares = (layer: Layer) =>
    (
      only(layer, 'HTTPRoute', 'chat').spec as {
        rules: { backendRefs: { name: string; weight: number }[] }[];
      }
    ).rules[0].backendRefs.map(({ name, weight }) => [name, weight]);

  test('shares the requests for its model, and is known by its name', () => {
    const { layer, gateway } = beside(5);
    expect(shares(layer)).toEqual([
      ['chat', 95],
      ['chat-canary', 5],
    ]);
    expect(only(layer, 'InferenceModelRewrite').spec).toMatchObject({
      poolRef: { name: 'chat-canary' },
      rules: [
        {
          matches: [{ model: { value: 'chat' } }],
          targets: [{ modelRewrite: 'chat-canary', weight: 100 }],
        },
      ],
    });
    expect(gateway.metrics.map(({ name }) => name)).toContain('chat-canary-picker');
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('without its picker it gets no request: nobody would tell it its name', () => {
    const { layer } = beside(5);
    const pool = only(layer, 'InferencePool', 'chat-canary').spec;
    expect(pool).toMatchObject({ endpointPickerRef: { failureMode: 'FailClose' } });
  });

  test('rollback and promotion change two weights, and nothing else', () => {
    const at = (weight: number) => objectsOf(beside(weight).layer);
    const differing = at(0).filter((object, i) => JSON.stringify(object) !== JSON.stringify(at(100)[i]));
    expect(differing.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual(['HTTPRoute/chat']);
    expect(shares(beside(0).layer)).toEqual([
      ['chat', 100],
      ['chat-canary', 0],
    ]);
  });

  test('refuses a part that is none', () => {
    expect(message(() => beside(2.5))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): 'chat-canary' is to get 2.5 percent of the requests
        why: weights of routes are whole numbers, and the two sides share all requests
        fix: choose a whole number from 0 to 100"
    `);
  });

  test('refuses a second one', () => {
    const { layer, gateway, chat } = beside(5);
    expect(message(() => gateway.canary(chat, model(layer, 'other'), 5))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): 'other' is to be a canary of 'chat', whose requests are shared already
        why: a canary and its model have all requests between them
        fix: pass what route() returned for a model without another canary"
    `);
  });

  test('refuses longer answers', () => {
    const { layer, gateway, chat } = routed();
    const slow = new ModelSimulator(layer, 'slow', { model: 'Qwen/Qwen3-8B', drainSeconds: 150 });
    expect(message(() => gateway.canary(chat, slow, 5))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): 'slow' answers for up to 150 s, and the route of 'chat' waits 120 s
        why: its longest answers would be cut, and it would look worse than it is
        fix: give both the same drainSeconds"
    `);
  });

  test('refuses another key, and takes that of its model', () => {
    const { controller, layer } = ground('serving');
    const gateway = new InferenceGateway(layer, 'models', { controller });
    const keyed = { model: 'Qwen/Qwen3-8B', drainSeconds: 120, apiKey: true };
    const chat = new ModelSimulator(layer, 'chat', keyed);
    const route = gateway.route(chat);
    const other = new ModelSimulator(layer, 'other', keyed);
    expect(message(() => gateway.canary(route, other, 5))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): 'other' and 'chat' do not ask for the same key
        why: a caller sends one key and knows not to whom: the other would refuse it
        fix: pass keyOf: the server of 'chat'"
    `);
    const alike = new ModelSimulator(layer, 'alike', { ...keyed, keyOf: chat });
    expect(gateway.canary(route, alike, 5).pool).toBe('alike');
  });
});

describe('refuses', () => {
  test('one replica', () => {
    const { controller, layer } = ground('serving');
    const gateway = new InferenceGateway(layer, 'models', { controller });
    const alone = model(layer, 'chat', { min: 1, max: 1 });
    expect(message(() => gateway.route(alone))).toMatchInlineSnapshot(`
      "layer/models/Pool-chat (EndpointPicker): picks among 1 replica of 'chat'
        why: there is nothing to choose, and one more thing that can fail
        fix: route to the Service of 'chat', or give it more replicas"
    `);
  });

  test('scorers that weigh nothing', () => {
    expect(message(() => routed({ scorers: { queue: 0 } }))).toMatchInlineSnapshot(`
      "layer/models/Pool-chat (EndpointPicker): 'scorers' weighs nothing
        why: a picker without a scorer takes a replica by chance, which the Service does without it
        fix: give one scorer a weight, or route to the Service"
    `);
  });

  test('weights that are no hundred', () => {
    const { gateway, chat } = routed();
    expect(message(() => gateway.split('assistant', [{ to: chat, weight: 95 }]))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): weights of 'assistant' add up to 95
        why: they are percent: what is missing or too much would be shared out in silence
        fix: let them add up to 100"
    `);
  });

  test('a name that is taken', () => {
    const { gateway, chat } = routed();
    expect(message(() => gateway.split('chat', [{ to: chat, weight: 100 }]))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): 'chat' is routed already
        why: one of the two would never be asked
        fix: choose another name"
    `);
  });

  test('a model that answers longer than its proxies wait', () => {
    const { controller, layer } = ground('serving');
    const gateway = new InferenceGateway(layer, 'models', { controller, drainSeconds: 60 });
    expect(message(() => gateway.route(model(layer)))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): drains for 60 s, and 'chat' answers for up to 120 s
        why: a stopping proxy would cut answers that are still being written
        fix: raise drainSeconds to 120"
    `);
  });

  test('pods of another namespace', () => {
    const { controller, layer } = ground('serving');
    const gateway = new InferenceGateway(layer, 'models', { controller });
    const { layer: elsewhere } = ground('models');
    expect(message(() => gateway.route(model(elsewhere)))).toMatchInlineSnapshot(`
      "layer/models/Pool-chat (EndpointPicker): is in namespace 'serving', and the pods of 'chat' are in 'models'
        why: an InferencePool selects pods of its own namespace
        fix: move the gateway to 'models'"
    `);
  });

  test('to route nothing', () => {
    const { controller, layer } = ground('serving');
    new InferenceGateway(layer, 'models', { controller });
    expect(message(() => render(layer))).toContain('routes to no model');
  });
});
