import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../../environments';
import { build } from '../../stacks';
import { errorsOf } from './errors';

/** One entry, on one engine or another: nothing else in the file changes. */
const ENTRY =
  'model: Qwen/Qwen3-32B, pool: l40s, gpus: 4, context: 32768, replicas: { min: 1, max: 2 }, apiKey: true, kvCacheDtype: fp8';
const file = (engine: string, entry: string, tier: string) => `name: demo
tier: ${tier}
aws:
  account: "111122223333"
  region: us-east-1
  zones: [us-east-1a, us-east-1b, us-east-1c]
  admins: ["arn:aws:iam::111122223333:role/platform-admins"]
  endpoint: private
gitops: { url: "https://git.example.com/platform.git", path: out/demo, revision: main }
pools:
  general: { cpu: true }
  l40s: { gpu: L40S, perNode: 4, limit: 12 }
models:
  chat: { engine: ${engine}, ${entry} }
gateway: { clients: [apps] }
data:
  postgres: { kind: cnpg }
  cache: { kind: valkey }
  queue: { kind: valkey }
  events: { kind: strimzi }
  vectors: { kind: milvus, mode: standalone }
  objects: { kind: s3 }
`;

function on(engine: string, entry = ENTRY, tier = 'stg') {
  const root = mkdtempSync(join(tmpdir(), 'engines-'));
  writeFileSync(join(root, 'env.yaml'), file(engine, entry, tier));
  const built = build(loadEnvironment(join(root, 'env.yaml')));
  rmSync(root, { recursive: true });
  return built;
}

const [vllm, sglang] = [on('vllm'), on('sglang')];
const object = ({ rendered }: typeof vllm, id: string) =>
  rendered.objects.find(
    ({ json: { kind, metadata } }) => id === `${kind}/${metadata.namespace}/${metadata.name}`,
  )?.json;

describe('one word changes the engine', () => {
  test('both are proven', () => {
    expect(vllm.findings).toEqual([]);
    expect(sglang.findings).toEqual([]);
  });

  test('the route, the Service, the monitor, the policy, the budget and the key stay as they are', () => {
    for (const id of [
      'ConfigMap/gateway/gateway-etc-litellm',
      'Service/serving/chat',
      'PodMonitor/serving/chat',
      'NetworkPolicy/serving/chat',
      'ExternalSecret/serving/chat-api-key',
      'ExternalSecret/gateway/chat-api-key',
    ]) {
      expect(object(sglang, id), id).toBeDefined();
      expect(object(sglang, id), id).toEqual(object(vllm, id));
    }
  });

  test('the autoscaler follows the same queue under its own name', () => {
    const query = (built: typeof vllm) =>
      JSON.stringify(object(built, 'ScaledObject/serving/chat')?.spec).match(/sum\((.+?)\{/)?.[1];
    expect([query(vllm), query(sglang)]).toEqual(['vllm:num_requests_waiting', 'sglang:num_queue_reqs']);
  });

  test('alerts and dashboards are those of the engine that runs', () => {
    const watched = ({ rendered }: typeof vllm) =>
      rendered.objects
        .map(({ json }) => `${json.kind}/${json.metadata.name}`)
        .filter((id) => /^PrometheusRule\/serving|^ConfigMap\/dashboard-models/.test(id));
    expect(watched(vllm)).toEqual(['PrometheusRule/serving', 'ConfigMap/dashboard-models']);
    expect(watched(sglang)).toEqual(['PrometheusRule/serving-sglang', 'ConfigMap/dashboard-models-sglang']);
  });

  test('no series of the other is asked for anywhere', () => {
    const text = (built: typeof vllm) => JSON.stringify(built.rendered.objects.map(({ json }) => json));
    expect(text(sglang)).not.toMatch(/vllm:[a-z]/);
    expect(text(vllm)).not.toMatch(/sglang:[a-z]/);
  });
});

describe('the same model on KServe', () => {
  const kserve = on('kserve');
  const texts = ({ rendered }: typeof vllm) =>
    new Map(rendered.objects.map(({ id, json }) => [id, JSON.stringify(json)]));
  const [before, after] = [texts(vllm), texts(kserve)];

  test('is proven', () => {
    expect(kserve.findings).toEqual([]);
  });

  test('adds the controller, and puts one object in the place of a Deployment and a Service', () => {
    expect([...before.keys()].filter((id) => !after.has(id))).toMatchInlineSnapshot(`
      [
        "Deployment/serving/chat",
        "Service/serving/chat",
        "ConfigMap/serving/chat-smoke-b253910e-opt-smoke",
        "Job/serving/chat-smoke-b253910e",
      ]
    `);
    expect([...after.keys()].filter((id) => !before.has(id))).toMatchInlineSnapshot(`
      [
        "Namespace/kserve",
        "NetworkPolicy/kserve/default-deny",
        "NetworkPolicy/kserve/kserve-controller",
        "LLMInferenceServiceConfig/serving/kserve-config-llm-template",
        "LLMInferenceService/serving/chat",
        "ConfigMap/serving/chat-smoke-4085787e-opt-smoke",
        "Job/serving/chat-smoke-4085787e",
      ]
    `);
  });

  test('routes, picker, policies, monitors, keys, alerts and dashboards stay; what it is scaled by, too', () => {
    const changed = [...before.keys()].filter((id) => after.has(id) && before.get(id) !== after.get(id));
    expect(changed).toMatchInlineSnapshot(`
      [
        "ScaledObject/serving/chat",
      ]
    `);
    const scaler = (built: typeof vllm) =>
      object(built, 'ScaledObject/serving/chat')?.spec as { scaleTargetRef: object };
    expect(scaler(kserve)).toEqual({ ...scaler(vllm), scaleTargetRef: { name: 'chat-kserve' } });
  });

  test('without a picker the gateway calls the Service that the controller makes', () => {
    const fixed = on('kserve', ENTRY.replace('{ min: 1, max: 2 }', '{ min: 1, max: 1 }'));
    expect(fixed.findings).toEqual([]);
    const config = JSON.stringify(object(fixed, 'ConfigMap/gateway/gateway-etc-litellm'));
    expect(config).toContain('http://chat-kserve-workload-svc.serving.svc:8000/v1');
  });

  test('simulated nothing of it is there', () => {
    const twin = on('kserve', `${ENTRY} }\nsimulate: true #`);
    expect(errorsOf(twin)).toEqual([]);
    expect(twin.rendered.layers.map(({ name }) => name)).not.toContain('kserve');
    expect(object(twin, 'Deployment/serving/chat')).toBeDefined();
  });
});

describe('a GGUF on Ollama', () => {
  const ollama = on('ollama', 'model: qwen3:8b, weightsGiB: 6, context: 8192, drainSeconds: 120', 'dev');
  const names = (kind: string) =>
    ollama.rendered.objects
      .filter(({ json }) => json.kind === kind && json.metadata.namespace === 'serving')
      .map(({ json }) => json.metadata.name);

  test('is proven, and the gateway routes to its own port', () => {
    expect(ollama.findings).toEqual([]);
    const config = JSON.stringify(object(ollama, 'ConfigMap/gateway/gateway-etc-litellm'));
    expect(config).toContain('hosted_vllm/chat');
    expect(config).toContain('http://chat.serving.svc:11434/v1');
    expect(JSON.stringify(object(ollama, 'NetworkPolicy/serving/chat')?.spec)).toContain('11434');
  });

  test('nothing watches what tells nothing', () => {
    expect(names('PodMonitor')).toEqual([]);
    expect(names('ScaledObject')).toEqual([]);
    expect(object(ollama, 'ConfigMap/monitoring/dashboard-models')).toBeUndefined();
    expect(names('Deployment')).toEqual(['chat']);
  });

  test('needs no bucket and no fetching Job', () => {
    expect(names('Job').filter((name) => !name.startsWith('chat-smoke-'))).toEqual([]);
  });
});

describe('models that write no text, on Triton', () => {
  const loads = 'repository: vision/1, loads: { resnet50: { backend: onnxruntime } }, weightsGiB: 1';
  const entry = `${loads}, clients: [apps], pool: l40s, observed: { gpuGiB: 3, on: L40S } }
  other: { model: Qwen/Qwen3-32B, pool: l40s, gpus: 4, context: 32768, kvCacheDtype: fp8`;
  const triton = on('triton', entry);

  test('are proven, with a Service, a policy, a budget and a monitor of the same names', () => {
    expect(triton.findings).toEqual([]);
    for (const kind of ['Service', 'NetworkPolicy', 'PodDisruptionBudget', 'PodMonitor']) {
      expect(object(triton, `${kind}/serving/chat`), kind).toBeDefined();
    }
  });

  test('are called by the namespaces that are named, and never through the gateway', () => {
    const config = JSON.stringify(object(triton, 'ConfigMap/gateway/gateway-etc-litellm'));
    expect(config).toContain('model_name: other');
    expect(config).not.toContain('chat');
    const policy = JSON.stringify(object(triton, 'NetworkPolicy/serving/chat')?.spec);
    expect(policy).toContain('"kubernetes.io/metadata.name":"apps"');
    expect(policy).not.toContain('"kubernetes.io/metadata.name":"gateway"');
  });

  test('bring alerts and a dashboard of their own series, and scale by them', () => {
    const scaled = on('triton', entry.replace('clients', 'replicas: { min: 1, max: 2 }, clients'));
    expect(scaled.findings).toEqual([]);
    expect(object(scaled, 'PrometheusRule/monitoring/serving-triton')).toBeDefined();
    expect(object(scaled, 'ConfigMap/monitoring/dashboard-models-triton')).toBeDefined();
    expect(JSON.stringify(object(scaled, 'ScaledObject/serving/chat')?.spec)).toContain(
      'nv_inference_pending_request_count',
    );
    expect(object(triton, 'ScaledObject/serving/chat')).toBeUndefined();
  });

  test('simulated they compute on CPUs, and follow their queue', () => {
    const asked = 'replicas: { min: 1, max: 2 }, autoscale: { on: gpu }, clients';
    const twin = on('triton', `${entry.replace('clients', asked)} }\nsimulate: true #`);
    expect(errorsOf(twin)).toEqual([]);
    expect(JSON.stringify(object(twin, 'ScaledObject/serving/chat')?.spec)).toContain('nv_inference_pending');
  });

  test('may read their folder of the bucket, and write nothing', () => {
    const statements = triton.plan?.roles.find(({ name }) => name.includes('chat'));
    expect(JSON.stringify(statements ?? triton.plan)).toContain('triton/vision/1/*');
  });
});

describe('an engine of TensorRT-LLM, on Triton', () => {
  const built = 'backend: tensorrtllm, builtFor: { gpu: L40S, gpus: 4, release: 1.2.1 }';
  const entry = `repository: llm/1, loads: { ensemble: {}, tensorrt_llm: { ${built} } }, weightsGiB: 70, clients: [apps], pool: l40s,
    replicas: { min: 1, max: 2 }, observed: { gpuGiB: 42, on: L40S } }
  other: { model: Qwen/Qwen3-32B, pool: l40s, gpus: 4, context: 32768, kvCacheDtype: fp8, replicas: { min: 1, max: 1 }`;
  const engine = on('triton', entry);

  test('is proven, and called by the namespaces that are named', () => {
    expect(engine.findings).toEqual([]);
    const config = JSON.stringify(object(engine, 'ConfigMap/gateway/gateway-etc-litellm'));
    expect(config).toContain('model_name: other');
    expect(config).not.toContain('chat');
    const policy = JSON.stringify(object(engine, 'NetworkPolicy/serving/chat')?.spec);
    expect(policy).toContain('"kubernetes.io/metadata.name":"apps"');
  });

  test('brings alerts and dashboards of its own, beside those of Triton, and scales by its batch', () => {
    for (const name of ['triton', 'tensorrtllm']) {
      expect(object(engine, `PrometheusRule/monitoring/serving-${name}`), name).toBeDefined();
      expect(object(engine, `ConfigMap/monitoring/dashboard-models-${name}`), name).toBeDefined();
    }
    expect(JSON.stringify(object(engine, 'ScaledObject/serving/chat')?.spec)).toContain(
      'nv_trt_llm_request_metrics',
    );
  });

  test('counts for the pool with all of its GPUs: three replicas of four fill its twelve', () => {
    const strategy = (built: typeof engine, name: string) =>
      (object(built, `Deployment/serving/${name}`)?.spec as { strategy?: object } | undefined)?.strategy;
    expect(strategy(engine, 'other')).toMatchObject({ rollingUpdate: { maxSurge: 0 } });
    const less = on('triton', entry.replace('max: 2', 'max: 1'));
    expect(strategy(less, 'other')).toMatchObject({ rollingUpdate: { maxSurge: 1 } });
  });

  test('simulated it is left out: it runs on one kind of card', () => {
    const twin = on('triton', `${entry} }\nsimulate: true #`);
    expect(errorsOf(twin)).toEqual([]);
    expect(object(twin, 'Deployment/serving/chat')).toBeUndefined();
    expect(object(twin, 'Deployment/serving/other')).toBeDefined();
  });
});
