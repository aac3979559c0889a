import { expect, test } from 'vitest';
import { Keda } from '../../lib/cluster';
import { objectsOf, render, type Tier } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { find, layer as layerOf } from '../core/tree';

const keda = (tier: Tier = 'prod') => {
  const layer = layerOf('keda', { tier });
  const made = new Keda(layer, 'keda');
  return { layer, made, facts: render(layer.node.root).facts };
};

test('every part stands twice in prod, and asks for what the facts say', () => {
  const { facts } = keda();
  const [release] = facts.of('release');
  expect(release).toMatchObject({
    name: 'keda',
    namespace: 'keda',
    version: '2.20.2',
    values: {
      operator: { replicaCount: 2 },
      metricsServer: { replicaCount: 2 },
      webhooks: { replicaCount: 2 },
      podDisruptionBudget: {
        operator: { maxUnavailable: 1 },
        metricServer: { maxUnavailable: 1 },
        webhooks: { maxUnavailable: 1 },
      },
    },
  });
  const [operator, metricServer, webhooks] = facts
    .of('pods')
    .map(({ template }) => template.spec.containers[0].resources);
  expect(release.values.resources).toEqual({ operator, metricServer, webhooks });
  // Both places spell the metrics server in the chart's way.
  expect(release.values.topologySpreadConstraints).toHaveProperty('metricsServer', [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { app: 'keda-operator-metrics-apiserver' } },
    },
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { app: 'keda-operator-metrics-apiserver' } },
    },
  ]);
});

test('metrics are served, but no monitor is switched on before its kind exists', () => {
  const { facts, made } = keda();
  expect(facts.of('release')[0].values.prometheus).toEqual({
    operator: { enabled: true },
    metricServer: { enabled: true },
    webhooks: { enabled: true },
  });
  expect(made.metrics.map(({ port, portNumber }) => [port, portNumber])).toEqual([
    ['metrics', 8080],
    ['metrics', 8080],
    ['metrics', 8080],
  ]);
});

test('one of each in dev', () => {
  const { facts } = keda('dev');
  expect(facts.of('pods').map(({ replicas }) => replicas)).toEqual([1, 1, 1]);
  expect(facts.of('release')[0].values).not.toHaveProperty('topologySpreadConstraints');
});

test('the control plane asks for metrics and for judgement, the metrics server asks the operator', () => {
  const { layer } = keda();
  const controlPlane = [{ ipBlock: { cidr: '10.0.240.0/28' } }];
  expect(find(layer, 'NetworkPolicy', 'keda-metrics-server').spec).toHaveProperty('ingress', [
    { from: controlPlane, ports: [{ port: 6443, protocol: 'TCP' }] },
  ]);
  expect(find(layer, 'NetworkPolicy', 'keda-webhooks').spec).toHaveProperty('ingress', [
    { from: controlPlane, ports: [{ port: 9443, protocol: 'TCP' }] },
  ]);
  expect(find(layer, 'NetworkPolicy', 'keda-operator').spec).toMatchObject({
    ingress: [
      {
        from: [{ podSelector: { matchLabels: { app: 'keda-operator-metrics-apiserver' } } }],
        ports: [{ port: 9666, protocol: 'TCP' }],
      },
    ],
  });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('brings the kinds that autoscalers are made of', () => {
  expect(keda().facts.of('provides')[0].kinds).toContain('keda.sh/ScaledObject');
});
