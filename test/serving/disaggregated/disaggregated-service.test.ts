import { describe, expect, test } from 'vitest';
import { type KubeObject, objectsOf, render } from '../../../lib/core';
import { proofInput } from '../../../lib/proofs';
import { rolesJoin } from '../../../lib/proofs/roles-join';
import { validateObject } from '../../../lib/schemas';
import { DisaggregatedService, InferenceGateway, SmokeTest } from '../../../lib/serving';
import { only } from '../pool';
import { ground } from '../routing/doors';
import {
  type Asked,
  deployment,
  edges,
  efa,
  envOf,
  h100,
  pickerFile,
  podOf,
  served,
  transferOf,
} from './served';

describe('two roles on vLLM', () => {
  const { layer, chat, picked } = served();

  test('every object is valid, and the pieces join', () => {
    for (const object of objectsOf(layer)) expect(validateObject(object)).toEqual([]);
    expect(rolesJoin.check(proofInput(render(layer.node.root)))).toEqual({ findings: [], checked: 1 });
  });

  test('are a Deployment each, under one served name, each with its own GPUs', () => {
    const [decode, prefill] = ['chat', 'chat-prefill'].map((name) => podOf(layer, name).engine);
    expect(decode.args).toEqual(
      expect.arrayContaining(['--served-model-name=chat', '--tensor-parallel-size=4']),
    );
    expect(prefill.args).toEqual(
      expect.arrayContaining(['--served-model-name=chat', '--tensor-parallel-size=2']),
    );
    expect(decode.resources?.limits?.['nvidia.com/gpu']).toBe('4');
    expect(prefill.resources?.limits?.['nvidia.com/gpu']).toBe('2');
  });

  test('callers see what they see of every model: one Service, to the pods that answer', () => {
    expect(only(layer, 'Service', 'chat').spec).toMatchObject({
      selector: { 'app.kubernetes.io/name': 'chat' },
      ports: [{ name: 'http', port: 8000, targetPort: 'http' }],
    });
    expect(chat).toMatchObject({
      model: 'chat',
      baseUrl: 'http://chat.serving.svc:8000/v1',
      provider: 'hosted_vllm/chat',
      port: 8000,
    });
    expect(picked.baseUrl).toBe('http://models.serving.svc:8080/v1');
  });

  test('the engine that answers stands on 8200 behind the sidecar, which is native, plain and guarded', () => {
    const { engine, sidecar } = podOf(layer, 'chat');
    expect(engine.args).toContain('--port=8200');
    expect(engine.ports).toEqual([{ name: 'engine', containerPort: 8200 }]);
    expect(engine.readinessProbe).toMatchObject({ httpGet: { port: 'engine' } });
    expect(sidecar).toMatchObject({
      restartPolicy: 'Always',
      ports: [{ name: 'http', containerPort: 8000 }],
      args: [
        '--port=8000',
        '--model-server-port=8200',
        '--kv-connector=nixlv2',
        '--secure-proxy=false',
        '--enable-ssrf-protection=true',
        '--inference-pool=serving/chat',
        '--prefill-max-retries=2',
        '--zap-encoder=json',
      ],
    });
    const reader = podOf(layer, 'chat-prefill');
    expect(reader.sidecar).toBeUndefined();
    expect(reader.engine.args).toContain('--port=8000');
  });

  test('the sidecar takes of what one replica takes: the pod is no larger than any other of 4 GPUs', () => {
    const { engine, sidecar } = podOf(layer, 'chat');
    expect(engine.resources?.requests).toMatchObject({ cpu: '15500m', memory: '127Gi' });
    expect(sidecar?.resources?.requests).toEqual({ cpu: '500m', memory: '1Gi' });
  });

  test('the sidecar may see which pods are of the pool, and the reading pods may see nothing', () => {
    expect(podOf(layer, 'chat').spec).toMatchObject({ automountServiceAccountToken: true });
    expect(podOf(layer, 'chat-prefill').spec).toMatchObject({ automountServiceAccountToken: false });
    const { rules } = only(layer, 'Role', 'chat') as KubeObject & { readonly rules: unknown };
    expect(rules).toEqual([
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
      {
        apiGroups: ['inference.networking.k8s.io'],
        resources: ['inferencepools'],
        verbs: ['get', 'list', 'watch'],
      },
    ]);
    expect(only(layer, 'RoleBinding', 'chat')).toMatchObject({
      subjects: [{ kind: 'ServiceAccount', name: 'chat', namespace: 'serving' }],
    });
  });

  test('NIXL moves caches, and what does not arrive is computed again', () => {
    expect(transferOf(layer, 'chat-prefill')).toEqual({
      kv_connector: 'NixlConnector',
      kv_role: 'kv_producer',
    });
    expect(transferOf(layer, 'chat')).toEqual({
      kv_connector: 'NixlConnector',
      kv_role: 'kv_consumer',
      kv_load_failure_policy: 'recompute',
    });
    for (const name of ['chat', 'chat-prefill']) {
      expect(envOf(layer, name)).toMatchObject({
        VLLM_NIXL_SIDE_CHANNEL_HOST: { fieldRef: { fieldPath: 'status.podIP' } },
        VLLM_NIXL_SIDE_CHANNEL_PORT: '5600',
        UCX_TLS: 'tcp,cuda_copy',
        UCX_TCP_PORT_RANGE: '20000-20999',
        // Longer than the 90 s for which the sidecar keeps a connection.
        VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '120',
      });
    }
  });

  test('the two reach each other on the ports of the transfer, and nobody else reaches the pods that read', () => {
    expect(edges(layer, 'chat', 'chat-prefill')).toEqual(['8000', '5600', '20000-20999']);
    expect(edges(layer, 'chat-prefill', 'chat')).toEqual(['20000-20999']);
    const callers = render(layer.node.root)
      .facts.of('edge')
      .filter(({ to }) => 'labels' in to && to.labels['app.kubernetes.io/name'] === 'chat-prefill')
      .map(({ from }) => 'labels' in from && from.labels['app.kubernetes.io/name']);
    expect([...new Set(callers)].sort()).toEqual(['chat', 'chat-picker', 'models']);
  });

  test('one pool holds both, told apart by their role', () => {
    expect(only(layer, 'InferencePool').spec).toMatchObject({
      selector: { matchLabels: { 'nexus.dev/model': 'chat' } },
      targetPorts: [{ number: 8000 }],
      endpointPickerRef: { failureMode: 'FailClose' },
    });
    expect(podOf(layer, 'chat').labels).toMatchObject({
      'nexus.dev/model': 'chat',
      'llm-d.ai/role': 'decode',
    });
    expect(podOf(layer, 'chat-prefill').labels).toMatchObject({
      'nexus.dev/model': 'chat',
      'llm-d.ai/role': 'prefill',
    });
  });

  test('the picker has a profile for each, and sends long prompts to both', () => {
    const { plugins, schedulingProfiles } = pickerFile(layer);
    expect(plugins).toEqual(
      expect.arrayContaining([
        { type: 'prefill-filter' },
        { type: 'decode-filter' },
        { type: 'prefix-based-pd-decider', parameters: { nonCachedTokens: 512 } },
        {
          type: 'disagg-profile-handler',
          parameters: { deciders: { prefill: 'prefix-based-pd-decider' } },
        },
      ]),
    );
    expect(schedulingProfiles.map(({ name, plugins: [filter] }) => [name, filter.pluginRef])).toEqual([
      ['prefill', 'prefill-filter'],
      ['decode', 'decode-filter'],
    ]);
  });

  test('both share a zone: a cache does not cross one', () => {
    for (const name of ['chat', 'chat-prefill']) {
      const { affinity, topologySpreadConstraints } = podOf(layer, name).spec;
      expect(affinity).toEqual({
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            {
              labelSelector: { matchLabels: { 'nexus.dev/model': 'chat' } },
              topologyKey: 'topology.kubernetes.io/zone',
            },
          ],
        },
      });
      expect(topologySpreadConstraints?.map(({ topologyKey }) => topologyKey)).toEqual([
        'kubernetes.io/hostname',
      ]);
    }
  });

  test('both are seen: metrics, facts and drains of each', () => {
    expect(chat.metrics.map(({ name, portNumber, exporter }) => [name, portNumber, exporter])).toEqual([
      ['chat', 8200, 'vllm'],
      ['chat-prefill', 8000, 'vllm'],
    ]);
    const { facts } = render(layer.node.root);
    expect(
      facts
        .of('model')
        .map(({ alias, role, gpusPerReplica, transfer }) => [alias, role, gpusPerReplica, transfer]),
    ).toEqual([
      ['chat', 'decode', 4, 'tcp'],
      ['chat-prefill', 'prefill', 2, 'tcp'],
    ]);
    expect(
      facts
        .of('lifecycle')
        .filter(({ owner }) => owner.includes('/chat'))
        .map(({ owner, drainSeconds }) => [owner, drainSeconds]),
    ).toEqual([
      ['Deployment/serving/chat', 120],
      ['Deployment/serving/chat-prefill', 120],
      ['Deployment/serving/chat-picker', 120],
    ]);
  });
});

test('the policy decides how many replicas of each role run', () => {
  const { layer } = served();
  expect(['chat', 'chat-prefill'].map((name) => deployment(layer, name).replicas)).toEqual([2, 2]);
});

test('one replica of each role is enough for a picker: it chooses in both', () => {
  const { controller, layer } = ground('serving');
  const pool = h100(layer);
  const replicas = { min: 1, max: 1 };
  const chat = new DisaggregatedService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    prefill: { pool, gpus: 2, replicas },
    decode: { pool, gpus: 2, replicas },
  });
  new InferenceGateway(layer, 'models', { controller }).route(chat);
  expect(deployment(layer, 'chat').replicas).toBe(1);
});

test('a key is asked for by both roles: it comes along with the prompt', () => {
  const { layer } = served({ apiKey: true });
  for (const name of ['chat', 'chat-prefill']) {
    expect(envOf(layer, name).VLLM_API_KEY).toEqual({
      secretKeyRef: { name: 'chat-api-key', key: 'apiKey' },
    });
    // The models are listed only to those who know it.
    expect(podOf(layer, name).engine.readinessProbe).toMatchObject({ httpGet: { path: '/health' } });
  }
});

test('nonCachedTokens is what the picker decides by, and it knows prompts whatever it weighs', () => {
  const { layer } = served({ nonCachedTokens: 4096 }, { scorers: { queue: 1 } });
  const { plugins } = pickerFile(layer);
  expect(plugins).toContainEqual({ type: 'prefix-based-pd-decider', parameters: { nonCachedTokens: 4096 } });
  expect(plugins.map(({ type }) => type)).toContain('approx-prefix-cache-producer');
});

test('a change of either role is asked anew, by the gateway', () => {
  const job = (asked: Asked) => {
    const { layer, chat, picked } = served(asked);
    new SmokeTest(layer, 'chat-smoke', { server: chat, by: picked });
    return only(layer, 'Job');
  };
  expect(job({}).spec).toMatchObject({
    template: {
      spec: {
        containers: [{ args: ['http://models.serving.svc:8080/v1', 'generate', '2160', '120', 'chat'] }],
      },
    },
  });
  expect(job({}).metadata.name).not.toBe(job({ utilization: 0.9 }).metadata.name);
});

test('over EFA each pod asks for the interfaces of its GPUs, and no port is opened for caches', () => {
  const { controller, layer } = ground('serving');
  const pool = h100(layer, { efa });
  const chat = new DisaggregatedService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    context: 32768,
    image: 'registry.example.com/vllm-efa:v0.33.0',
    prefill: { pool, gpus: 2 },
    decode: { pool, gpus: 4 },
  });
  new InferenceGateway(layer, 'models', { controller }).route(chat);
  expect(transferOf(layer, 'chat')).toMatchObject({ kv_connector_extra_config: { backends: ['LIBFABRIC'] } });
  expect(envOf(layer, 'chat')).toMatchObject({ FI_PROVIDER: 'efa' });
  expect(envOf(layer, 'chat')).not.toHaveProperty('UCX_TLS');
  expect(podOf(layer, 'chat').engine.resources?.limits).toMatchObject({ 'vpc.amazonaws.com/efa': '16' });
  expect(podOf(layer, 'chat-prefill').engine.resources?.limits).toMatchObject({
    'vpc.amazonaws.com/efa': '8',
  });
  expect(edges(layer, 'chat', 'chat-prefill')).toEqual(['8000', '5600']);
  expect(edges(layer, 'chat-prefill', 'chat')).toEqual([]);
});

test('tcp on pools with EFA is a choice', () => {
  const { layer } = ground('serving');
  const pool = h100(layer, { efa });
  new DisaggregatedService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    transfer: 'tcp',
    prefill: { pool, gpus: 4 },
    decode: { pool, gpus: 4 },
  });
  expect(envOf(layer, 'chat')).toMatchObject({ UCX_TLS: 'tcp,cuda_copy' });
});

test('without a picker it is not synthesized: the pods that read would stand idle', () => {
  const { layer } = ground('serving');
  const pool = h100(layer);
  const chat = new DisaggregatedService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    prefill: { pool, gpus: 2 },
    decode: { pool, gpus: 2 },
  });
  expect(chat.node.validate()).toMatchInlineSnapshot(`
    [
      "is routed by no picker: its prefill pods would read no prompt, and cost what they cost. Call route(service) of an InferenceGateway",
    ]
  `);
  expect(served().chat.node.validate()).toEqual([]);
});
