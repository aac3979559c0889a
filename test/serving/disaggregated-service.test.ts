import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type KubeObject, type Layer, objectsOf, type PodTemplate, render } from '../../lib/core';
import { proofInput } from '../../lib/proofs';
import { rolesJoin } from '../../lib/proofs/roles-join';
import { validateObject } from '../../lib/schemas';
import {
  DisaggregatedService,
  type DisaggregatedServiceProps,
  type DisaggregatedSglangProps,
  type DisaggregatedVllmProps,
  InferenceGateway,
  type PickerOptions,
  SmokeTest,
} from '../../lib/serving';
import { message, only, TestPool } from './pool';
import { ground } from './routing/doors';

const h100 = (layer: Layer, props: Partial<ConstructorParameters<typeof TestPool>[2]> = {}, id = 'h100') =>
  new TestPool(layer, id, { gpu: 'H100', gpusPerNode: 8, limit: 64, ...props });
const efa = { resource: 'vpc.amazonaws.com/efa', perNode: 32 };

type Asked = Partial<DisaggregatedVllmProps> | (Partial<DisaggregatedSglangProps> & { engine: 'sglang' });

/** Qwen3-32B on 2 GPUs that read and 4 that answer, routed by a gateway. */
function served(asked: Asked = {}, options: PickerOptions = {}) {
  const { controller, layer } = ground('serving');
  const gpus = asked.engine === 'sglang' ? 4 : 2;
  const shared = asked.prefill && asked.decode ? undefined : h100(layer);
  const chat = new DisaggregatedService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    context: 32768,
    ...(shared ? { prefill: { pool: shared, gpus }, decode: { pool: shared, gpus: 4 } } : {}),
    ...asked,
  } as DisaggregatedServiceProps);
  const gateway = new InferenceGateway(layer, 'models', { controller });
  return { layer, chat, gateway, picked: gateway.route(chat, options) };
}

interface Deployment {
  readonly replicas: number;
  readonly template: PodTemplate;
}
const deployment = (layer: Layer, name: string) =>
  only(layer, 'Deployment', name).spec as unknown as Deployment;
const podOf = (layer: Layer, name: string) => {
  const { spec, metadata } = deployment(layer, name).template;
  const [engine] = spec.containers;
  return { spec, labels: metadata.labels, engine, sidecar: spec.initContainers?.at(-1) };
};
const transferOf = (layer: Layer, name: string): unknown => {
  const found = podOf(layer, name).engine.args?.find((arg) => arg.startsWith('--kv-transfer-config='));
  return found && JSON.parse(found.slice(found.indexOf('=') + 1));
};
const envOf = (layer: Layer, name: string) =>
  Object.fromEntries(
    (podOf(layer, name).engine.env ?? []).map(({ name: key, value, valueFrom }) => [key, value ?? valueFrom]),
  );
interface PickerFile {
  readonly plugins: readonly { readonly type: string; readonly parameters?: object }[];
  readonly schedulingProfiles: readonly {
    readonly name: string;
    readonly plugins: readonly { readonly pluginRef: string }[];
  }[];
}
const pickerFile = (layer: Layer): PickerFile => {
  const { data } = only(layer, 'ConfigMap', 'chat-picker-etc-picker') as unknown as {
    data: Record<string, string>;
  };
  return parse(data['config.yaml']);
};
/** Ports that one group of pods may reach on another, ranges as `from-to`. */
const edges = (layer: Layer, from: string, to: string) =>
  render(layer.node.root)
    .facts.of('edge')
    .filter(
      (edge) =>
        'labels' in edge.from &&
        'labels' in edge.to &&
        edge.from.labels['app.kubernetes.io/name'] === from &&
        edge.to.labels['app.kubernetes.io/name'] === to,
    )
    .map(({ ports: [port], through }) => (through ? `${port}-${through}` : `${port}`));

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
      endpointPickerRef: { failureMode: 'FailOpen' },
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

describe('two roles on SGLang', () => {
  const { layer, chat } = served({ engine: 'sglang' });

  test('know their part', () => {
    const args = (name: string) =>
      podOf(layer, name).engine.args?.filter((arg) => arg.startsWith('--disaggregation'));
    const both = ['--disaggregation-transfer-backend=nixl', '--disaggregation-bootstrap-port=8998'];
    expect(args('chat')).toEqual(['--disaggregation-mode=decode', ...both]);
    expect(args('chat-prefill')).toEqual(['--disaggregation-mode=prefill', ...both]);
    expect(podOf(layer, 'chat').sidecar?.args).toContain('--kv-connector=sglang');
    expect(envOf(layer, 'chat')).toMatchObject({
      SGLANG_HOST_IP: { fieldRef: { fieldPath: 'status.podIP' } },
    });
  });

  test('its bootstrap port and those of the transfer are open to the other role, and to nobody else', () => {
    expect(edges(layer, 'chat', 'chat-prefill')).toEqual(['8000', '1024-65535']);
    expect(edges(layer, 'chat-prefill', 'chat')).toEqual(['1024-65535']);
  });

  test('each prompt goes to a prefill pod, and without the picker nothing is answered', () => {
    expect(chat.disaggregation).toMatchObject({ from: 'always', answersAlone: false });
    expect(pickerFile(layer).plugins).toContainEqual({ type: 'always-disagg-pd-decider' });
    expect(only(layer, 'InferencePool').spec).toMatchObject({
      endpointPickerRef: { failureMode: 'FailClose' },
    });
  });

  test('over EFA it is told so in its own words', () => {
    const { layer: other } = ground('serving');
    const pool = h100(other, { efa });
    new DisaggregatedService(other, 'chat', {
      engine: 'sglang',
      model: 'Qwen/Qwen3-32B',
      image: 'registry.example.com/sglang-efa:v0.5.21',
      prefill: { pool, gpus: 8 },
      decode: { pool, gpus: 8 },
    });
    expect(envOf(other, 'chat')).toMatchObject({
      SGLANG_DISAGGREGATION_NIXL_BACKEND: 'LIBFABRIC',
      FI_PROVIDER: 'efa',
    });
  });
});

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

describe('is refused', () => {
  const role = (layer: Layer, gpus: number, pool = h100(layer)) => ({ pool, gpus });
  const refused = (make: (layer: Layer) => object) => {
    const { layer } = ground('serving');
    const asked = { model: 'Qwen/Qwen3-32B', context: 32768, ...make(layer) } as DisaggregatedServiceProps;
    return message(() => new DisaggregatedService(layer, 'chat', asked));
  };
  const pools = (layer: Layer, gpus = 4, pool = h100(layer)) => ({
    prefill: role(layer, gpus, pool),
    decode: role(layer, gpus, pool),
  });

  test('a range of replicas', () => {
    expect(
      refused((layer) => {
        const pool = h100(layer);
        return { prefill: { pool, gpus: 2, replicas: { min: 1, max: 4 } }, decode: { pool, gpus: 2 } };
      }),
    ).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.replicas' is from 1 to 4 by load
        why: a scaler follows the queue of a model, which both roles fill: it would add pods that answer for prompts that wait
        fix: set both to one number, such as 4"
    `);
  });

  test('divided GPUs', () => {
    const devices = [{ resource: 'nvidia.com/mig-3g.40gb', perNode: 16, slice: '3g.40gb' }];
    expect(refused((layer) => pools(layer, 1, h100(layer, { devices })))).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.pool' is 'h100', whose GPUs are divided
        why: the memory of a cache is opened to other nodes by its GPU, and was not seen to be by a part of one
        fix: name a pool with whole GPUs"
    `);
  });

  test('EFA without interfaces, with half of one, or in the image of the engine', () => {
    expect(refused((layer) => ({ ...pools(layer), transfer: 'efa' }))).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'transfer' is 'efa', and pool 'h100' of 'prefill' has no EFA
        why: its nodes have no interface to exchange by: the engine would end at its start
        fix: set efa: true on 'h100', or transfer: tcp, whose cost a warning states"
    `);
    expect(
      refused((layer) => ({
        ...pools(layer, 2, h100(layer, { efa: { ...efa, perNode: 1 } })),
        transfer: 'efa',
      })),
    ).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.gpus' is 2 of 8 on a node of 'h100', which has 1 EFA interface
        why: an interface goes to one pod, so that others of its node would have none
        fix: set prefill.gpus to 8, or transfer: tcp"
    `);
    expect(refused((layer) => pools(layer, 4, h100(layer, { efa })))).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'transfer' is 'efa', and the image is the engine's own
        why: that comes without the EFA libraries: NIXL finds no fabric, and the engine ends at its start
        fix: build one (FROM vllm/vllm-openai:v0.33.0, then the aws-efa-installer with --skip-kmod) and name it in 'image'"
    `);
  });

  test('more GPUs that read than heads, to fewer that answer', () => {
    expect(
      refused((layer) => {
        const pool = h100(layer, { gpusPerNode: 16 });
        return { prefill: { pool, gpus: 16 }, decode: { pool, gpus: 8 } };
      }),
    ).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.gpus' is 16, and 'decode.gpus' is 8, and Qwen/Qwen3-32B has 8 heads of keys and values
        why: 16 GPUs hold each of them more than once, and vLLM reads such a cache only into as many GPUs or more
        fix: set prefill.gpus to 8, or decode.gpus to 16"
    `);
  });

  test('numbers of GPUs that do not divide each other', () => {
    expect(
      refused((layer) => {
        const pool = h100(layer);
        return { prefill: { pool, gpus: 2 }, decode: { pool, gpus: 3 } };
      }),
    ).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.gpus' is 2, and 'decode.gpus' is 3
        why: vLLM shares out the heads of one over those of the other, so one number divides the other
        fix: set one of them to 4"
    `);
  });

  test('different numbers of GPUs on SGLang', () => {
    expect(
      refused((layer) => {
        const pool = h100(layer);
        return { engine: 'sglang', prefill: { pool, gpus: 2 }, decode: { pool, gpus: 4 } };
      }),
    ).toMatchInlineSnapshot(`
      "layer/chat (DisaggregatedService): 'prefill.gpus' is 2, and 'decode.gpus' is 4
        why: SGLang moves caches between different numbers of GPUs through buffers whose memory nobody here counts
        fix: set both to 4, or use engine: vllm"
    `);
  });

  test.each([
    [{ nonCachedTokens: 0 }, "'nonCachedTokens' is 0\n  why: to the picker 0 means never"],
    [{ engine: 'sglang', nonCachedTokens: 512 }, 'pods of SGLang that answer refuse every request'],
    [{ task: 'embed' }, "the task is 'embed'"],
    [{ kvOffloadGiB: 32 }, 'vLLM has one way out of its cache'],
    [{ speculative: { method: 'draft', model: 'Qwen/Qwen3-0.6B' } }, "with method 'draft'"],
    [{ model: 'Qwen/Qwen3-Next-80B-A3B-Instruct' }, 'keeps a state of each sequence beside its cache'],
    [{ extraArgs: ['--kv-transfer-config={}'] }, "use the prop 'transfer'"],
    [{ extraArgs: ['--data-parallel-size=2'] }, "'extraArgs' has '--data-parallel-size'"],
  ])('%o', (props, said) => {
    expect(refused((layer) => ({ ...pools(layer), ...props }))).toContain(said);
  });

  test('a gateway that asks any pod of SGLang while its picker is away', () => {
    expect(message(() => served({ engine: 'sglang' }, { onFailure: 'open' }))).toMatchInlineSnapshot(`
      "layer/models/Pool-chat (EndpointPicker): 'onFailure' is 'open', and pods of 'chat' answer only what a picker sent them
        why: without a prefill pod named beside it, SGLang refuses each request of a model with two roles
        fix: set onFailure to 'close', or leave it out"
    `);
  });
});
