import { describe, expect, test } from 'vitest';
import { type Layer, objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import {
  type Autoscale,
  ModelAutoscaler,
  type ModelServer,
  ModelSimulator,
  type ReplicaRange,
  SglangService,
  VllmService,
} from '../../lib/serving';
import { deployment, message, only, serving, TestPool } from './pool';

const scaled = (
  layer: Layer,
  replicas: ReplicaRange,
  autoscale: Autoscale = {},
  server: ModelServer = new ModelSimulator(layer, 'chat', { model: 'Qwen/Qwen3-8B', replicas }),
) =>
  new ModelAutoscaler(layer, 'chat-scaler', {
    ...autoscale,
    server,
    prometheus: 'http://prometheus.monitoring.svc:9090',
  });

const RANGE = { min: 2, max: 5 };
const onGpus = (layer: Layer, kind: 'vllm' | 'sglang', more: object = {}, pool: object = {}) => {
  const props = {
    model: 'Qwen/Qwen3-8B',
    replicas: RANGE,
    pool: new TestPool(layer, 'l4', { gpusPerNode: 1, ...pool }),
    ...more,
  };
  return kind === 'vllm' ? new VllmService(layer, 'chat', props) : new SglangService(layer, 'chat', props);
};

describe('a replica of several pods or ranks', () => {
  const asked = (kind: 'vllm' | 'sglang', on: Autoscale['on'], more: object) => {
    const layer = serving();
    const large = { model: 'deepseek-ai/DeepSeek-R1', gpus: 8, context: 32768, ...more };
    scaled(layer, RANGE, { on }, onGpus(layer, kind, large, { gpusPerNode: 8 }));
    return triggers(layer)[0].metadata.query;
  };
  const of = '{namespace="serving",model_name="chat"}';

  test('the queues of all its ranks are summed', () => {
    expect(asked('vllm', 'queue', { dataParallel: 8 })).toBe(`sum(vllm:num_requests_waiting${of})`);
  });

  test('and as many may wait as at so many replicas', () => {
    const threshold = (more: object) => {
      const layer = serving();
      const large = { model: 'deepseek-ai/DeepSeek-R1', gpus: 8, context: 32768, ...more };
      scaled(layer, RANGE, {}, onGpus(layer, 'vllm', large, { gpusPerNode: 8 }));
      return triggers(layer)[0].metadata.threshold;
    };
    expect(threshold({})).toBe('5');
    expect(threshold({ dataParallel: 8 })).toBe('40');
  });

  test('its ranks tell in one pod what part of the cache is used: their average counts', () => {
    const cache = `sum(avg by (pod) (vllm:kv_cache_usage_perc${of}))`;
    expect(asked('vllm', 'kvCache', { nodes: 2, dataParallel: 16 })).toBe(cache);
  });

  test('where each of two nodes tells of its own ranks, both are one replica', () => {
    const cache = `sum(avg by (pod) (sglang:token_usage${of}))`;
    expect(asked('sglang', 'kvCache', { nodes: 2, dataParallel: 16 })).toBe(`${cache} / 2`);
    expect(asked('sglang', 'kvCache', { nodes: 2 })).toBe(cache);
  });

  test('the GPUs of both nodes are one replica', () => {
    const gpus = 'sum(avg by (pod) (DCGM_FI_DEV_GPU_UTIL{namespace="serving",container="chat"}))';
    expect(asked('vllm', 'gpu', { nodes: 2 })).toBe(`${gpus} / 2`);
    expect(asked('vllm', 'gpu', { dataParallel: 8 })).toBe(gpus);
  });
});

interface Trigger {
  readonly type: string;
  readonly metricType?: string;
  readonly metadata: Readonly<Record<string, string>>;
}
const triggers = (layer: Layer) => (only(layer, 'ScaledObject').spec as { triggers: Trigger[] }).triggers;

test('scales by waiting requests, between floor and ceiling, and down slowly', () => {
  const layer = serving();
  scaled(layer, RANGE);
  const object = only(layer, 'ScaledObject');
  expect(object.metadata).toMatchObject({ name: 'chat', namespace: 'serving' });
  expect(object.spec).toMatchObject({
    scaleTargetRef: { name: 'chat' },
    minReplicaCount: 2,
    maxReplicaCount: 5,
    fallback: { replicas: 2, behavior: 'currentReplicasIfHigher' },
    advanced: {
      horizontalPodAutoscalerConfig: {
        behavior: {
          scaleDown: {
            stabilizationWindowSeconds: 900,
            policies: [{ type: 'Pods', value: 1, periodSeconds: 300 }],
          },
        },
      },
    },
    triggers: [
      {
        type: 'prometheus',
        metadata: {
          serverAddress: 'http://prometheus.monitoring.svc:9090',
          query: 'sum(vllm:num_requests_waiting{namespace="serving",model_name="chat"})',
          threshold: '5',
          ignoreNullValues: 'false',
        },
      },
    ],
  });
  expect(objectsOf(layer).flatMap((o) => validateObject(o))).toEqual([]);
});

describe('each engine is asked in its own words', () => {
  test.each([
    ['vllm', {}, 'sum(vllm:num_requests_waiting{namespace="serving",model_name="chat"})', '5'],
    [
      'vllm',
      { on: 'kvCache' },
      'sum(avg by (pod) (vllm:kv_cache_usage_perc{namespace="serving",model_name="chat"}))',
      '0.8',
    ],
    ['sglang', { target: 12 }, 'sum(sglang:num_queue_reqs{namespace="serving",model_name="chat"})', '12'],
    [
      'sglang',
      { on: 'kvCache', target: 70 },
      'sum(avg by (pod) (sglang:token_usage{namespace="serving",model_name="chat"}))',
      '0.7',
    ],
    [
      'vllm',
      { on: 'picker' },
      'max(llm_d_epp_average_queue_size{namespace="serving",name="chat"} * llm_d_epp_ready_endpoints{namespace="serving",name="chat"})',
      '5',
    ],
    [
      'vllm',
      { on: 'gpu' },
      'sum(avg by (pod) (DCGM_FI_DEV_GPU_UTIL{namespace="serving",container="chat"}))',
      '60',
    ],
  ] as const)('%s on %o', (engine, autoscale, query, threshold) => {
    const layer = serving();
    scaled(layer, RANGE, autoscale, onGpus(layer, engine));
    expect(triggers(layer)).toMatchObject([
      { type: 'prometheus', metricType: 'AverageValue', metadata: { query, threshold } },
    ]);
  });

  test('the container that the exporter names is called like the model', () => {
    const layer = serving();
    onGpus(layer, 'vllm');
    expect(deployment(layer).template.spec.containers.map(({ name }) => name)).toEqual(['chat']);
  });
});

test('in office hours more run, whatever the load', () => {
  const layer = serving();
  const hours = { from: '0 8 * * 1-5', to: '0 19 * * 1-5', timezone: 'Europe/Berlin', replicas: 4 };
  scaled(layer, RANGE, { schedule: [hours, { from: '0 0 * * 6', to: '0 4 * * 6', replicas: 5 }] });
  expect(triggers(layer).slice(1)).toEqual([
    {
      type: 'cron',
      metadata: {
        timezone: 'Europe/Berlin',
        start: '0 8 * * 1-5',
        end: '0 19 * * 1-5',
        desiredReplicas: '4',
      },
    },
    {
      type: 'cron',
      metadata: { timezone: 'UTC', start: '0 0 * * 6', end: '0 4 * * 6', desiredReplicas: '5' },
    },
  ]);
  expect(objectsOf(layer).flatMap((o) => validateObject(o))).toEqual([]);
});

test('the workload leaves its number to it, and says so', () => {
  const layer = serving();
  scaled(layer, RANGE);
  expect(deployment(layer).replicas).toBeUndefined();
  expect(render(layer.node.root).facts.of('lifecycle')).toMatchObject([
    { owner: 'Deployment/serving/chat', scaledBy: 'ScaledObject/serving/chat', maxReplicas: 5 },
  ]);
});

describe('refuses', () => {
  const refused = (autoscale: Autoscale, replicas: ReplicaRange = RANGE) =>
    message(() => scaled(serving(), replicas, autoscale));

  test('to scale what is fixed', () => {
    expect(refused({}, { min: 2, max: 2 })).toMatchInlineSnapshot(`
      "serving/chat-scaler (ModelAutoscaler): scales 'chat', whose replicas are fixed at 2
        why: its Deployment writes that number too, and the two would fight over it
        fix: give 'chat' replicas with a max above 2, or delete the autoscaler"
    `);
  });

  test('a target that none or all are above', () => {
    expect(refused({ on: 'kvCache', target: 100 })).toMatchInlineSnapshot(`
      "serving/chat-scaler (ModelAutoscaler): 'target' is 100 percent of 'kvCache'
        why: no replica comes above it, however long its requests wait
        fix: write 80, or leave target out"
    `);
    expect(refused({ target: 0 })).toMatchInlineSnapshot(`
      "serving/chat-scaler (ModelAutoscaler): 'target' is 0 requests of 'queue'
        why: every replica is above it, idle ones too: the ceiling would always run
        fix: write 5, or leave target out"
    `);
  });

  test('GPUs that nothing tells of', () => {
    expect(refused({ on: 'gpu' })).toMatchInlineSnapshot(`
      "serving/chat-scaler (ModelAutoscaler): scales 'chat' by 'gpu'
        why: it holds no GPU, so that nothing tells of one
        fix: follow 'queue', which counts the requests that wait"
    `);
    const layer = serving();
    const sliced = onGpus(
      layer,
      'vllm',
      { slice: '3g.40gb' },
      { devices: [{ resource: 'nvidia.com/mig-3g.40gb', perNode: 16, slice: '3g.40gb' }] },
    );
    expect(message(() => scaled(layer, RANGE, { on: 'gpu' }, sliced))).toMatchInlineSnapshot(`
      "serving/chat-scaler (ModelAutoscaler): scales 'chat' by 'gpu'
        why: the driver tells the utilization of a whole GPU only, and its replicas run on slices of one
        fix: follow 'queue', which counts the requests that wait"
    `);
  });

  test.each([
    ['no cron', { from: '8:00', to: '0 19 * * *', replicas: 3 }, "'schedule.from' is '8:00'"],
    ['no length', { from: '0 8 * * *', to: '0 8 * * *', replicas: 3 }, "begins and ends with '0 8 * * *'"],
    [
      'a zone that is none',
      { from: '0 8 * * *', to: '0 9 * * *', timezone: 'Europe/Bern', replicas: 3 },
      "'schedule.timezone' is 'Europe/Bern'",
    ],
    ['more than the ceiling', { from: '0 8 * * *', to: '0 9 * * *', replicas: 6 }, '6 replicas of at most 5'],
    [
      'no more than the floor',
      { from: '0 8 * * *', to: '0 9 * * *', replicas: 2 },
      '2 replicas of at least 2',
    ],
  ] as const)('hours of %s', (_, hours, words) => {
    expect(refused({ schedule: [hours] })).toContain(words);
  });
});
