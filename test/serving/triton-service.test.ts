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
import {
  type Autoscale,
  type BuiltFor,
  ModelAutoscaler,
  TritonService,
  type TritonServiceProps,
} from '../../lib/serving';
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
      "serving/vision (TritonService): 'replicas.min' is 0
        why: without a running replica nothing measures a queue, and a cold one takes minutes
        fix: raise min to 1"
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

/** A repository with an engine of TensorRT-LLM, on cards like those that it was compiled on. */
const compiled = (
  props: Partial<TritonServiceProps> = {},
  built: Partial<BuiltFor> = {},
  pool: ConstructorParameters<typeof TestPool>[2] = { gpu: 'L40S', gpusPerNode: 4, limit: 8 },
) => {
  const home = new Layer(new App(), 'pools', { phase: 'capacity' });
  return triton({
    repository: 'llm/1',
    loads: {
      ensemble: {},
      tensorrt_llm: { backend: 'tensorrtllm', builtFor: { gpu: 'L40S', release: '1.2.1', ...built } },
    },
    weightsGiB: 40,
    pool: new TestPool(home, 'l40s', pool),
    ...props,
  });
};

describe('an engine of TensorRT-LLM', () => {
  test('runs in the image that has it, on one GPU, and is compared with what it was said to be', () => {
    const { app, layer } = compiled();
    const { image, env, resources } = container(layer);
    expect(image).toBe('nvcr.io/nvidia/tritonserver:26.07-trtllm-python-py3');
    expect(JSON.stringify(env)).not.toContain('TRTLLM_ORCHESTRATOR');
    expect(resources?.requests).toMatchObject({ 'nvidia.com/gpu': '1' });
    const files = only(layer, 'ConfigMap').data as Record<string, string>;
    expect(Object.keys(files)).toEqual(['repository.py', 'tensorrt_llm.json']);
    expect(JSON.parse(files['tensorrt_llm.json'])).toEqual({ gpus: 1, release: '1.2.1' });
    expect(render(app).facts.of('model')).toMatchObject([{ engine: 'triton', tells: 'tensorrtllm' }]);
  });

  test('for four GPUs takes four, starts a process for each, and has shared memory for what they exchange', () => {
    const { app, layer } = compiled({}, { gpus: 4 });
    const { args, env, resources } = container(layer);
    expect(args?.slice(-6)).toEqual([
      '--pinned-memory-pool-byte-size=0',
      '--enable-peer-access=false',
      ...[0, 1, 2, 3].map((gpu) => `--cuda-memory-pool-byte-size=${gpu}:0`),
    ]);
    expect(env).toContainEqual({ name: 'TRTLLM_ORCHESTRATOR', value: '1' });
    expect(resources?.requests).toMatchObject({ 'nvidia.com/gpu': '4' });
    expect(JSON.stringify(deployment(layer).template.spec.volumes)).toContain('"sizeLimit":"9Gi"');
    expect(render(app).facts.of('model')).toMatchObject([{ gpusPerReplica: 4 }]);
    // Two replicas fill the pool: an old one goes before a new one comes.
    expect(deployment(layer).strategy).toMatchObject({ rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } });
  });

  test('another card under another name is the same card', () => {
    expect(() => compiled({}, { gpu: 'L40S-48GB' })).not.toThrow();
  });

  test('another image is for whoever names it to know', () => {
    const image = 'registry.example.com/triton-trtllm:1.3.0';
    expect(container(compiled({ image }, { release: '1.3.0' }).layer).image).toBe(image);
  });

  test('is watched as Triton and as itself', () => {
    expect(compiled().server.metrics).toMatchObject([{ portNumber: 8002, exporter: 'tensorrtllm' }]);
  });

  describe('is scaled', () => {
    const by = (autoscale: Autoscale) => {
      const { layer, server } = compiled({ replicas: { min: 1, max: 2 } }, { gpus: 4 });
      new ModelAutoscaler(layer, 'scaler', {
        ...autoscale,
        server,
        prometheus: 'http://prometheus.monitoring.svc:9090',
      });
      const { triggers } = only(layer, 'ScaledObject').spec as { triggers: { metadata: object }[] };
      return triggers[0].metadata;
    };
    const of = 'namespace="serving",container="vision"';

    test('by how full its batch is, where nobody says', () => {
      expect(by({})).toMatchObject({
        query:
          `sum(avg by (pod) (nv_trt_llm_request_metrics{${of},request_type="active"}` +
          ` / ignoring (request_type) clamp_min(nv_trt_llm_request_metrics{${of},request_type="max"}, 1)))`,
        threshold: '0.8',
      });
    });

    test('by how full its cache is', () => {
      expect(by({ on: 'kvCache', target: 70 })).toMatchObject({
        query: `sum(avg by (pod) (nv_trt_llm_kv_cache_block_metrics{${of},kv_cache_block_type="fraction"}))`,
        threshold: '0.7',
      });
    });

    test('not by a queue that it does not count, and others not by a batch that they do not tell', () => {
      expect(message(() => by({ on: 'queue' }))).toContain("fix: follow 'batch'");
      const { layer, server } = pooled({ replicas: { min: 1, max: 3 } });
      const scale = () =>
        new ModelAutoscaler(layer, 'scaler', {
          on: 'batch',
          server,
          prometheus: 'http://prometheus.example.com',
        });
      expect(message(scale)).toContain('triton does not tell how full its batch is');
    });
  });

  test.each<readonly [string, () => unknown, RegExp]>([
    ['without a pool', () => compiled({ pool: undefined }), /compiled for L40S, and no 'pool' is named/],
    ['on another card', () => compiled({}, { gpu: 'H100' }), /compiled for H100, and pool 'l40s' has L40S/],
    ['of more GPUs than a node', () => compiled({}, { gpus: 8 }), /8 GPUs, and pool 'l40s' has at most 4/],
    ['of another release', () => compiled({}, { release: '1.1.0' }), /by TensorRT-LLM 1\.1\.0, and image/],
    [
      'beside a second one',
      () => {
        const engine = { backend: 'tensorrtllm', builtFor: { gpu: 'L40S', release: '1.2.1' } } as const;
        return compiled({ loads: { a: engine, b: engine } });
      },
      /two engines of TensorRT-LLM: a and b/,
    ],
    [
      'beside a backend that its image does not have',
      () =>
        compiled({
          loads: {
            a: { backend: 'tensorrtllm', builtFor: { gpu: 'L40S', release: '1.2.1' } },
            b: { backend: 'onnxruntime' },
          },
        }),
      /'loads\.b' asks for backend 'onnxruntime'[\s\S]*fix: serve it from a TritonService of its own/,
    ],
    [
      'in an image without it',
      () => compiled({ image: 'nvcr.io/nvidia/tritonserver:26.07-py3' }),
      /has only others[\s\S]*fix: leave image out/,
    ],
    [
      'of which nothing is said',
      () => compiled({ loads: { a: { backend: 'tensorrtllm' } } }),
      /nothing says what it was compiled for/,
    ],
    [
      'that is none',
      () => compiled({ loads: { a: { backend: 'tensorrt', builtFor: { gpu: 'L40S', release: '1.2.1' } } } }),
      /'loads\.a' has 'builtFor', and backend 'tensorrt'/,
    ],
    [
      'that is to be batched here',
      () =>
        compiled({
          loads: {
            a: { backend: 'tensorrtllm', maxBatch: 8, builtFor: { gpu: 'L40S', release: '1.2.1' } },
          },
        }),
      /TensorRT-LLM batches by itself/,
    ],
  ])('is refused %s', (_, make, words) => {
    expect(message(make)).toMatch(words);
  });

  test('makes valid objects', () => {
    for (const object of objectsOf(compiled({}, { gpus: 2 }).layer))
      expect(validateObject(object)).toEqual([]);
  });
});

test('every object is valid', () => {
  for (const object of objectsOf(pooled().layer)) expect(validateObject(object)).toEqual([]);
});
