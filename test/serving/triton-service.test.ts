import { App } from 'cdk8s';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { IModelEndpoint } from '../../lib/contracts';
import {
  type Cluster,
  Layer,
  objectsOf,
  POLICIES,
  render,
  setCluster,
  setPolicy,
  type Tier,
} from '../../lib/core';
import { S3Store, SeaweedStore } from '../../lib/data';
import { validateObject } from '../../lib/schemas';
import { type Autoscale, ModelAutoscaler, TritonService, type TritonServiceProps } from '../../lib/serving';
import { AWS } from '../core/tree';
import { LOCAL } from '../data/tree';
import { container, deployment, message, only, TestPool } from './pool';

function triton(props: Partial<TritonServiceProps> = {}, cluster: Cluster = AWS, tier: Tier = 'prod') {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  setCluster(app, cluster);
  const layer = new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' });
  const stores = new Layer(app, 'data', { phase: 'data', namespace: 'data' });
  const store = cluster === AWS ? new S3Store(stores, 'objects') : new SeaweedStore(stores, 'objects');
  const server = new TritonService(layer, 'vision', {
    bucket: store.bucket('weights'),
    repository: 'vision/2026-11-20',
    loads: { resnet50: { backend: 'onnxruntime' }, labels: {} },
    weightsGiB: 2,
    ...props,
  });
  return { app, layer, server };
}

const pooled = (props: Partial<TritonServiceProps> = {}) => {
  const home = new Layer(new App(), 'pools', { phase: 'capacity' });
  return triton({ pool: new TestPool(home, 'l4', { gpu: 'L4', gpusPerNode: 1, limit: 4 }), ...props });
};

test('loads what was copied and nothing that callers send, on its three ports, and finishes what runs', () => {
  const { layer, server } = triton({ drainSeconds: 45 });
  expect(container(layer)).toMatchObject({
    image: 'nvcr.io/nvidia/tritonserver:26.07-py3',
    args: [
      'tritonserver',
      '--model-repository=/repository',
      '--model-control-mode=none',
      '--exit-on-error=true',
      '--http-port=8000',
      '--grpc-port=8001',
      '--metrics-port=8002',
      '--exit-timeout-secs=45',
    ],
    readinessProbe: { httpGet: { path: '/v2/health/ready', port: 'http' } },
    livenessProbe: { httpGet: { path: '/v2/health/live', port: 'http' } },
    securityContext: { readOnlyRootFilesystem: true },
  });
  expect(deployment(layer).template.spec.terminationGracePeriodSeconds).toBe(75);
  expect(server).toMatchObject({
    httpUrl: 'http://vision.serving.svc:8000',
    grpcTarget: 'vision.serving.svc:8001',
    longestSeconds: 45,
  });
});

describe('batching', () => {
  const files = (loads: TritonServiceProps['loads']) => {
    const { layer } = triton({ loads });
    return only(layer, 'ConfigMap').data as Record<string, string>;
  };
  test('32 requests or 50 ms, in the file that is ours', () => {
    expect(files({ resnet50: { backend: 'onnxruntime' } })['resnet50.pbtxt']).toBe(
      'backend: "onnxruntime"\nmax_batch_size: 32\ndynamic_batching {\n  max_queue_delay_microseconds: 50000\n}\n',
    );
    expect(files({ plan: { backend: 'tensorrt', maxBatch: 8, delayMs: 5 } })['plan.pbtxt']).toContain(
      'max_batch_size: 8\ndynamic_batching {\n  max_queue_delay_microseconds: 5000\n}',
    );
  });
  test('nothing where the repository configures the model', () => {
    expect(Object.keys(files({ labels: {} }))).toEqual(['repository.py']);
  });
  test('another file rolls the pods', () => {
    const sum = (delayMs: number) =>
      JSON.stringify(
        deployment(triton({ loads: { resnet50: { backend: 'onnxruntime', delayMs } } }).layer).template,
      ).match(/"checksum\/config":"(\w+)"/)?.[1];
    expect(sum(50)).toBe(sum(50));
    expect(sum(50)).not.toBe(sum(5));
  });
});

test('its identity reads its folder and nothing else', () => {
  const { app, layer } = triton();
  const [init] = deployment(layer).template.spec.initContainers ?? [];
  expect(init.command?.slice(3)).toEqual([
    'triton/vision/2026-11-20/',
    '/repository',
    '/opt/nexus',
    'resnet50',
    'labels',
  ]);
  const rights = JSON.stringify(render(app).facts.of('identity'));
  expect(rights).toContain('/triton/vision/2026-11-20/*');
  expect(rights).not.toContain('PutObject');
});

test('is no model endpoint: no gateway can route to it', () => {
  expectTypeOf<TritonService>().not.toExtend<IModelEndpoint>();
  const { app } = triton();
  expect(render(app).facts.of('join')).toEqual([]);
});

describe('defaults', () => {
  test('replicas by the tier, 30 s for a request, CPUs', () => {
    const { layer, server } = triton();
    expect([server.replicas, server.longestSeconds]).toEqual([{ min: 2, max: 2 }, 30]);
    expect(container(layer).resources).toEqual({
      requests: { cpu: '2', memory: '8Gi' },
      limits: { memory: '8Gi' },
    });
    expect(container(layer).startupProbe).toMatchObject({ periodSeconds: 10, failureThreshold: 32 });
  });
  test("metrics are collected, as Triton's", () => {
    expect(triton().server.metrics).toMatchObject([
      { port: 'metrics', portNumber: 8002, exporter: 'triton' },
    ]);
  });
  test('on a pool one GPU, of which nobody knows what it takes', () => {
    const { app, layer } = pooled();
    expect(container(layer).resources?.requests).toMatchObject({ 'nvidia.com/gpu': '1' });
    const [fact] = render(app).facts.of('model');
    expect(fact).toMatchObject({ engine: 'triton', gpusPerReplica: 1, pool: 'l4', weights: 's3' });
    expect([fact.start, fact.takes]).toEqual([undefined, undefined]);
  });
});

test('lets in the namespaces that are named, on both protocols', () => {
  const { layer, server } = triton();
  expect(JSON.stringify(only(layer, 'NetworkPolicy').spec)).not.toContain('"port":8001');
  const other = triton();
  other.server.allowFromNamespace('apps');
  const [rule] = (only(other.layer, 'NetworkPolicy').spec as { ingress: { ports: object[] }[] }).ingress;
  expect(JSON.stringify(rule)).toContain('apps');
  const text = JSON.stringify(only(other.layer, 'NetworkPolicy').spec);
  expect(text).toContain('"port":8000');
  expect(text).toContain('"port":8001');
  expect(server.pods).toBeDefined();
});

describe('scaled', () => {
  const prometheus = 'http://prometheus.monitoring.svc:9090';
  const trigger = (props: Partial<TritonServiceProps>, autoscale: Autoscale = {}) => {
    const { layer, server } = pooled({ replicas: { min: 1, max: 3 }, ...props });
    new ModelAutoscaler(layer, 'scaler', { ...autoscale, server, prometheus });
    const { triggers } = only(layer, 'ScaledObject').spec as { triggers: { metadata: object }[] };
    return { layer, metadata: triggers[0].metadata };
  };

  test('by requests that wait, of which one batch is none too many', () => {
    const { layer, metadata } = trigger({});
    expect(metadata).toMatchObject({
      query: 'sum(nv_inference_pending_request_count{namespace="serving",container="vision"})',
      threshold: '32',
    });
    expect(deployment(layer)).not.toHaveProperty('replicas');
    expect(container(layer).name).toBe('vision');
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('the largest batch of its models decides, and a number of your own wins', () => {
    const loads = {
      a: { backend: 'onnxruntime', maxBatch: 8 },
      b: { backend: 'tensorrt', maxBatch: 4 },
    } as const;
    expect(trigger({ loads }).metadata).toMatchObject({ threshold: '8' });
    expect(trigger({ loads }, { target: 20 }).metadata).toMatchObject({ threshold: '20' });
  });

  test('by its GPUs', () => {
    expect(trigger({}, { on: 'gpu' }).metadata).toMatchObject({
      query: 'sum(avg by (pod) (DCGM_FI_DEV_GPU_UTIL{namespace="serving",container="vision"}))',
      threshold: '60',
    });
  });

  test('not by a cache that it does not keep', () => {
    expect(message(() => trigger({}, { on: 'kvCache' }))).toMatchInlineSnapshot(`
      "serving/scaler (ModelAutoscaler): scales 'vision' by 'kvCache'
        why: triton keeps no cache of what was read and written, so that nothing tells of it
        fix: follow 'queue', which counts the requests that wait"
    `);
  });

  test('not by nobody', () => {
    expect(message(() => render(triton({ replicas: { min: 1, max: 3 } }).app))).toMatchInlineSnapshot(`
      "serving/vision: is to run 1 to 3 replicas, but nothing scales it. Create a ModelAutoscaler for it
        why: the construct says so of itself
        fix: make the call it asks for"
    `);
  });
});

describe('is refused', () => {
  test('no replicas', () => {
    expect(message(() => triton({ replicas: { min: 0, max: 3 } }))).toMatchInlineSnapshot(`
      "serving/vision (TritonService): 'replicas' is 0 to 3
        why: without a running replica nothing measures a queue
        fix: set min to 1"
    `);
  });
  test('batching where the file is not ours', () => {
    expect(message(() => triton({ loads: { labels: { maxBatch: 4 } } }))).toMatchInlineSnapshot(`
      "serving/vision (TritonService): 'loads.labels' says how to batch, and names no backend
        why: without it the config.pbtxt of the repository decides, which is not ours to change
        fix: write dynamic_batching there, or name the backend to have the file written"
    `);
  });
  test('nothing to load', () => {
    expect(message(() => triton({ loads: {} }))).toMatchInlineSnapshot(`
      "serving/vision (TritonService): 'loads' names no model
        why: only what is named is loaded: it would be ready and answer nothing
        fix: name the folders of the repository to load"
    `);
  });
  test('a bucket that knows no identity', () => {
    expect(message(() => triton({}, LOCAL, 'local'))).toMatchInlineSnapshot(`
      "serving/vision (TritonService): reads bucket 'nexus-local-weights', which is not on S3
        why: it reads with the rights of its identity, which a stand-in does not know
        fix: use S3Store (data.objects.kind: s3)"
    `);
  });
});

test('every object is valid', () => {
  for (const object of objectsOf(pooled().layer)) expect(validateObject(object)).toEqual([]);
});
