import { describe, expect, test } from 'vitest';
import { type Layer, render } from '../../../lib/core';
import { type Autoscale, ModelAutoscaler } from '../../../lib/serving';
import { message, only } from '../pool';
import { h100, served } from './served';

const RANGE = { min: 1, max: 4 };
const prometheus = 'http://prometheus.monitoring.svc:9090';

/** Two roles that both follow their load, and what follows it. */
function scaled({ prefill = {}, decode = {} }: { prefill?: Autoscale; decode?: Autoscale } = {}) {
  const { layer, chat } = ranged();
  new ModelAutoscaler(layer, 'decode-scaler', { ...decode, server: chat, prometheus });
  new ModelAutoscaler(layer, 'prefill-scaler', { ...prefill, server: chat.prefill, prometheus });
  return layer;
}

const ranged = () =>
  served(({ layer }) => {
    const pool = h100(layer);
    return { prefill: { pool, gpus: 2, replicas: RANGE }, decode: { pool, gpus: 4, replicas: RANGE } };
  });

const trigger = (layer: Layer, name: string) =>
  (only(layer, 'ScaledObject', name).spec as { triggers: readonly { metadata: Record<string, string> }[] })
    .triggers[0].metadata;

describe('roles follow their load', () => {
  test('those that read prompts by what waits there, those that answer by their caches, each by its own pods', () => {
    const layer = scaled();
    expect(trigger(layer, 'chat-prefill')).toMatchObject({
      query: 'sum(vllm:num_requests_waiting{namespace="serving",model_name="chat",container="chat-prefill"})',
      threshold: '5',
    });
    expect(trigger(layer, 'chat')).toMatchObject({
      query:
        'sum(avg by (pod) (vllm:kv_cache_usage_perc{namespace="serving",model_name="chat",container="chat"}))',
      threshold: '0.8',
    });
  });

  test('a Deployment each is scaled, within its own range', () => {
    const layer = scaled();
    for (const name of ['chat', 'chat-prefill']) {
      expect(only(layer, 'ScaledObject', name).spec).toMatchObject({
        scaleTargetRef: { name },
        minReplicaCount: 1,
        maxReplicaCount: 4,
      });
      expect(only(layer, 'Deployment', name).spec).not.toHaveProperty('replicas');
    }
    const ranges = render(layer)
      .facts.of('model')
      .map(({ alias, replicas }) => [alias, replicas]);
    expect(ranges).toEqual([
      ['chat', RANGE],
      ['chat-prefill', RANGE],
    ]);
  });

  test('by their GPUs where that is asked', () => {
    expect(trigger(scaled({ prefill: { on: 'gpu' } }), 'chat-prefill').query).toContain(
      'DCGM_FI_DEV_GPU_UTIL{namespace="serving",container="chat-prefill"}',
    );
  });

  test('not by a picker, which sees one queue of both', () => {
    expect(message(() => scaled({ prefill: { on: 'picker' } }))).toMatchInlineSnapshot(`
      "layer/prefill-scaler (ModelAutoscaler): scales a role of 'chat' by 'picker'
        why: the picker sees one queue of both roles: each would add pods for the work of the other
        fix: follow 'queue' or 'kvCache', which the pods of a role tell of themselves"
    `);
  });

  test('and say so while nothing scales them', () => {
    const { layer, chat } = ranged();
    new ModelAutoscaler(layer, 'decode-scaler', { server: chat, prometheus });
    expect(message(() => render(layer))).toContain(
      'chat-prefill: is to run 1 to 4 replicas, but nothing scales it',
    );
  });
});
