import { expect, test } from 'vitest';
import { type Layer, objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { ModelSimulator, QueueAutoscaler, type ReplicaRange } from '../../lib/serving';
import { deployment, message, only, serving } from './pool';

const scaled = (layer: Layer, replicas: ReplicaRange) =>
  new QueueAutoscaler(layer, 'chat-scaler', {
    target: new ModelSimulator(layer, 'chat', { model: 'Qwen/Qwen3-8B', replicas }),
    prometheus: 'http://prometheus.monitoring.svc:9090',
  });

test('scales by waiting requests, between floor and ceiling, and down slowly', () => {
  const layer = serving();
  scaled(layer, { min: 2, max: 5 });
  const object = only(layer, 'ScaledObject');
  expect(object.metadata).toMatchObject({ name: 'chat', namespace: 'serving' });
  expect(object.spec).toMatchObject({
    scaleTargetRef: { name: 'chat' },
    minReplicaCount: 2,
    maxReplicaCount: 5,
    fallback: { replicas: 2, behavior: 'currentReplicasIfHigher' },
    advanced: {
      horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 900 } } },
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

test('the workload leaves its number to it, and says so', () => {
  const layer = serving();
  scaled(layer, { min: 2, max: 5 });
  expect(deployment(layer).replicas).toBeUndefined();
  expect(render(layer.node.root).facts.of('lifecycle')).toMatchObject([
    { owner: 'Deployment/serving/chat', scaledBy: 'ScaledObject/serving/chat', maxReplicas: 5 },
  ]);
});

test('refuses to scale what is fixed', () => {
  expect(message(() => scaled(serving(), { min: 2, max: 2 }))).toMatchInlineSnapshot(`
    "serving/chat-scaler (QueueAutoscaler): scales 'chat', whose replicas are fixed at 2
      why: its Deployment writes that number too, and the two would fight over it
      fix: give 'chat' replicas with a max above 2, or delete the autoscaler"
  `);
});
