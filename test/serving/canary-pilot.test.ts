import { expect, test } from 'vitest';
import { metricTables } from '../../lib/catalog';
import { type Layer, objectsOf, render } from '../../lib/core';
import { parsePromql } from '../../lib/proofs/promql/parse';
import { validateObject } from '../../lib/schemas';
import { CanaryPilot, type CanaryPilotProps, InferenceGateway, ModelSimulator } from '../../lib/serving';
import { message, only } from './pool';
import { ground, model } from './routing/doors';

function piloted(props: Partial<CanaryPilotProps> = {}) {
  const { controller, layer } = ground('serving');
  const gateway = new InferenceGateway(layer, 'models', { controller });
  const of = gateway.route(model(layer));
  const canary = new ModelSimulator(layer, 'chat-canary', { model: 'Qwen/Qwen3-8B' });
  gateway.canary(of, canary, 5);
  const prometheus = 'http://prometheus.monitoring.svc:9090';
  new CanaryPilot(layer, 'chat-canary-pilot', { gateway, of, canary, weight: 5, prometheus, ...props });
  return { layer, gateway };
}

function held(layer: Layer) {
  const { data } = only(layer, 'ConfigMap', 'chat-canary-pilot-opt-pilot') as unknown as {
    data: Record<string, string>;
  };
  return JSON.parse(data['hold.json']);
}

test('may write one route and say so, each minute', () => {
  const { layer } = piloted();
  expect(only(layer, 'Role', 'chat-canary-pilot')).toMatchObject({
    rules: [
      {
        apiGroups: ['gateway.networking.k8s.io'],
        resources: ['httproutes'],
        resourceNames: ['chat-canary'],
        verbs: ['get', 'patch'],
      },
      { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
    ],
  });
  expect(only(layer, 'CronJob', 'chat-canary-pilot').spec).toMatchObject({
    schedule: '* * * * *',
    concurrencyPolicy: 'Forbid',
    jobTemplate: { spec: { template: { spec: { automountServiceAccountToken: true } } } },
  });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('leaves its route to the pilot, and the route of the model to the file', () => {
  const { layer } = piloted();
  expect(only(layer, 'HTTPRoute', 'chat-canary').spec).toEqual({});
  const { spec } = only(layer, 'HTTPRoute', 'chat') as unknown as {
    spec: { rules: { matches: object[] }[] };
  };
  const [{ matches, ...rule }] = spec.rules;
  // All alike but for the method, which goes before it.
  expect(held(layer).spec).toEqual({
    ...spec,
    rules: [{ ...rule, matches: [{ ...matches[0], method: 'POST' }] }],
  });
  expect(rule).toMatchObject({ backendRefs: [{ weight: 95 }, { weight: 5 }] });
});

test('takes back only, or steps after minutes with requests', () => {
  expect(held(piloted().layer)).toMatchObject({ weight: 5, minutes: 0, leastRequests: 100 });
  const { requests, ...stepped } = held(piloted({ stepMinutes: 10, leastRequests: 20 }).layer);
  expect(stepped).toMatchObject({
    minutes: 10,
    leastRequests: 20,
    alert: 'CanaryIsWorse',
    canary: 'chat-canary',
  });
  expect(requests).toContain('model_name="chat-canary"}[10m]');
  const parsed = parsePromql(requests);
  expect('fault' in parsed).toBe(false);
  expect(metricTables().vllm.series.has('vllm:request_success_total')).toBe(true);
  expect(metricTables().sglang.series.has('sglang:e2e_request_latency_seconds_count')).toBe(true);
});

test('another weight or another canary is a new beginning', () => {
  const file = (props: Partial<CanaryPilotProps>) => held(piloted(props).layer).file;
  expect(file({})).toBe(file({}));
  expect(file({ weight: 10 })).not.toBe(file({}));
});

test('nobody judges it is refused', () => {
  const facts = render(piloted().layer.node.root).facts.of('join');
  expect(facts.filter(({ scope }) => scope === 'judged canary')).toEqual([
    { object: 'CronJob/serving/chat-canary-pilot', scope: 'judged canary', uses: 'chat-canary' },
  ]);
});

test('a step shorter than the alert takes is refused', () => {
  expect(message(() => piloted({ stepMinutes: 3 }))).toMatchInlineSnapshot(`
    "layer/chat-canary-pilot (CanaryPilot): 'stepMinutes' is 3
      why: the alert waits for five minutes: a shorter step is over before anybody could object
      fix: wait for whole minutes, 6 or more"
  `);
});

test('a model without a canary has nothing to change', () => {
  const { controller, layer } = ground('serving');
  const gateway = new InferenceGateway(layer, 'models', { controller });
  const of = gateway.route(model(layer));
  expect(message(() => gateway.nearer(of))).toMatchInlineSnapshot(`
    "layer/models (InferenceGateway): 'chat' has no canary whose share could change
      why: all of its requests go to one pool
      fix: call canary(of, server, weight) for 'chat' first"
  `);
});
