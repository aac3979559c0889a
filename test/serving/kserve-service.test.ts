import { App } from 'cdk8s';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { IModelEndpoint } from '../../lib/contracts';
import { Layer, objectsOf, type PodSpec, render, setCluster } from '../../lib/core';
import { S3Store } from '../../lib/data';
import { validateObject } from '../../lib/schemas';
import {
  KServeDefaults,
  KServeService,
  type KServeServiceProps,
  ModelAutoscaler,
  ModelCache,
  VllmService,
} from '../../lib/serving';
import { AWS } from '../core/tree';
import { deployment, message, only, serving, TestPool } from './pool';

function kserve(props: Partial<KServeServiceProps> = {}, id = 'chat') {
  const layer = serving();
  const server = new KServeService(layer, id, {
    model: 'Qwen/Qwen3-32B',
    pool: new TestPool(layer, 'l40s', { gpu: 'L40S', gpusPerNode: 4, limit: 16 }),
    gpus: 4,
    context: 32768,
    defaults: new KServeDefaults(layer, 'defaults'),
    ...props,
  });
  return { layer, server };
}

interface Spec {
  readonly model: object;
  readonly replicas?: number;
  readonly parallelism: object;
  readonly storageInitializer: object;
  readonly template: PodSpec;
}
const specOf = (layer: Layer) => only(layer, 'LLMInferenceService').spec as unknown as Spec;

describe('the object', () => {
  const { layer, server } = kserve({ drainSeconds: 90 });
  const spec = specOf(layer);

  test('is the stored version, says where the model is, and fetches nothing by it', () => {
    expect(only(layer, 'LLMInferenceService')).toMatchObject({
      apiVersion: 'serving.kserve.io/v1alpha2',
      metadata: { name: 'chat', namespace: 'serving' },
    });
    expect(spec).toMatchObject({
      model: { name: 'chat', uri: 'hf://Qwen/Qwen3-32B' },
      replicas: 2,
      parallelism: { tensor: 4 },
      storageInitializer: { enabled: false },
    });
    // Its routes, pickers and labels stay unsaid.
    expect(Object.keys(spec).sort()).toEqual([
      'model',
      'parallelism',
      'replicas',
      'storageInitializer',
      'template',
    ]);
  });

  test('holds the very pod that VllmService makes, but for the name of its container', () => {
    const other = serving();
    new VllmService(other, 'chat', {
      model: 'Qwen/Qwen3-32B',
      pool: new TestPool(other, 'l40s', { gpu: 'L40S', gpusPerNode: 4, limit: 16 }),
      gpus: 4,
      context: 32768,
      drainSeconds: 90,
    });
    const [container, ...others] = spec.template.containers;
    expect(others).toEqual([]);
    expect(container.name).toBe('main');
    expect({ ...spec.template, containers: [{ ...container, name: 'chat' }] }).toEqual(
      deployment(other).template.spec,
    );
    expect(spec.template.terminationGracePeriodSeconds).toBe(120);
  });

  test('is the only one: Deployment and Service are made by the controller', () => {
    const kinds = objectsOf(layer).map(({ kind }) => kind);
    expect(kinds).not.toContain('Deployment');
    expect(kinds).not.toContain('Service');
    expect(server.baseUrl).toBe('http://chat-kserve-workload-svc.serving.svc:8000/v1');
    expectTypeOf<KServeService>().toExtend<IModelEndpoint>();
  });

  test('every object is valid', () => {
    for (const object of objectsOf(layer)) expect(validateObject(object)).toEqual([]);
  });
});

test('the template of the installation is left out by an empty one of its name', () => {
  expect(only(kserve().layer, 'LLMInferenceServiceConfig')).toMatchObject({
    metadata: { name: 'kserve-config-llm-template', namespace: 'serving' },
    spec: {},
  });
});

describe('facts', () => {
  test('pods with the labels of the controller, its Deployment and its Service', () => {
    const { facts } = render(kserve().layer);
    expect(facts.of('pods')).toMatchObject([
      {
        owner: 'Deployment/serving/chat-kserve',
        maker: 'object',
        replicas: 2,
        template: {
          metadata: {
            labels: {
              'app.kubernetes.io/component': 'llminferenceservice-workload',
              'app.kubernetes.io/name': 'chat',
              'app.kubernetes.io/part-of': 'llminferenceservice',
              'kserve.io/component': 'workload',
              'llm-d.ai/role': 'both',
            },
          },
        },
      },
    ]);
    expect(facts.of('provides')[0].objects).toEqual([
      { id: 'Deployment/serving/chat-kserve' },
      {
        id: 'Service/serving/chat-kserve-workload-svc',
        ports: [8000],
        selects: { 'app.kubernetes.io/name': 'chat' },
      },
    ]);
    expect(facts.of('lifecycle')[0]).toMatchObject({
      owner: 'Deployment/serving/chat-kserve',
      drainSeconds: 120,
    });
  });

  test('is sized like vLLM, and told by its metrics', () => {
    const [fact] = render(kserve().layer).facts.of('model');
    expect(fact).toMatchObject({
      engine: 'kserve',
      tells: 'vllm',
      gpusPerReplica: 4,
      start: { maxSequences: 256, utilization: 0.92 },
    });
  });

  test('nothing of it is there without GPUs', () => {
    const { layer, server } = kserve({ simulate: true });
    expect(objectsOf(layer).map(({ kind }) => kind)).not.toContain('LLMInferenceService');
    expect(only(layer, 'Service').metadata.name).toBe('chat');
    expect(server.baseUrl).toBe('http://chat.serving.svc:8000/v1');
  });
});

describe('scaled', () => {
  const scaled = (on: 'queue' | 'gpu') => {
    const { layer, server } = kserve({ replicas: { min: 1, max: 3 } });
    new ModelAutoscaler(layer, 'scaler', { server, on, prometheus: 'http://prometheus.monitoring.svc:9090' });
    return layer;
  };

  test('writes no replicas, and its Deployment is what the scaler names', () => {
    const layer = scaled('queue');
    expect(specOf(layer)).not.toHaveProperty('replicas');
    expect(only(layer, 'ScaledObject').spec).toMatchObject({ scaleTargetRef: { name: 'chat-kserve' } });
    expect(render(layer).facts.of('pods')[0]).toMatchObject({ replicas: 1, maxReplicas: 3 });
  });

  test('its GPUs are found by the pods of that Deployment: every service has a container called main', () => {
    expect(JSON.stringify(only(scaled('gpu'), 'ScaledObject').spec)).toContain(
      String.raw`container=\"main\",pod=~\"chat-kserve-[^-]+-[^-]+\"`,
    );
  });
});

test('weights from the bucket come as they do on vLLM, adapters too', () => {
  const app = new App();
  setCluster(app, AWS);
  const layer = new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' });
  const store = new S3Store(new Layer(app, 'data', { phase: 'data', namespace: 'data' }), 'objects');
  new KServeService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    pool: new TestPool(layer, 'l40s', { gpu: 'L40S', gpusPerNode: 4 }),
    gpus: 4,
    weights: new ModelCache(layer, 'weights', { bucket: store.bucket('weights') }),
    adapters: { sql: { model: 'example/sql-lora' } },
    defaults: new KServeDefaults(layer, 'defaults'),
  });
  const { model, template } = specOf(layer);
  const url = 's3://nexus-prod-weights-111122223333-us-east-1/hub/Qwen/Qwen3-32B/main';
  expect(model).toEqual({ name: 'chat', uri: url });
  expect(template.containers[0].args).toEqual(
    expect.arrayContaining([url, '--load-format=runai_streamer', 'sql=/weights/adapters/sql']),
  );
  expect(template.initContainers?.map(({ name }) => name)).toEqual(['weights']);
});

describe('what would not work is refused', () => {
  test('several nodes do not compile: its controller has no template for layers that nodes share out', () => {
    expectTypeOf<KServeServiceProps>().not.toHaveProperty('nodes');
    expectTypeOf<KServeServiceProps>().not.toHaveProperty('surge');
  });

  test('a name of which the Service would be cut', () => {
    expect(message(() => kserve({}, 'a-model-with-a-name-that-is-longer-than-most'))).toMatchInlineSnapshot(`
      "serving/a-model-with-a-name-that-is-longer-than-most/Server (KServeWorkload): the name 'a-model-with-a-name-that-is-longer-than-most' has 44 characters, and KServe serves it
        why: its controller calls the Service '<name>-kserve-workload-svc', and cuts what is longer than 63 characters to a hash
        fix: shorten it to 43 characters"
    `);
  });

  test('what a template of Go would read', () => {
    const args = { extraArgs: ['--chat-template={{ messages }}'] };
    expect(message(() => kserve(args))).toMatchInlineSnapshot(`
      "serving/chat/Server (KServeWorkload): has '{{' in an argument or a variable
        why: KServe's controller reads the object as a template of its own, and fails at what is none
        fix: put the text into a file of the image, and name the file; or serve it with engine vllm"
    `);
  });

  test('the defaults of another namespace', () => {
    const other = new Layer(new App(), 'other', { phase: 'serving', namespace: 'other' });
    expect(message(() => kserve({ defaults: new KServeDefaults(other, 'defaults') }))).toMatchInlineSnapshot(`
      "serving/chat (KServeService): is in namespace 'serving', and its 'defaults' are in 'other'
        why: KServe's controller would merge its own template below it, and refuse what comes of it
        fix: give it the KServeDefaults of its namespace"
    `);
  });
});
