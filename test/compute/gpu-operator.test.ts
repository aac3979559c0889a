import { describe, expect, test } from 'vitest';
import { GpuNodePool, GpuOperator } from '../../lib/compute';
import { objectsOf, type PodsFact, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { layer as layerOf } from '../core/tree';

const operator = () => {
  const layer = layerOf('gpu-operator');
  const made = new GpuOperator(layer, 'gpu-operator');
  return { layer, made, facts: render(layer.node.root).facts };
};
const pods = (): Readonly<Record<string, PodsFact>> =>
  Object.fromEntries(
    operator()
      .facts.of('pods')
      .map((fact) => [fact.owner.split('#')[1], fact]),
  );

describe('the release', () => {
  test('leaves driver and toolkit to the node image, and monitors to us', () => {
    const [release] = operator().facts.of('release');
    expect(release).toMatchObject({
      name: 'gpu-operator',
      namespace: 'gpu-operator',
      version: 'v26.7.0',
      skipCrds: false,
      values: {
        driver: { enabled: false },
        toolkit: { enabled: false },
        migManager: { enabled: false },
        dcgmExporter: { serviceMonitor: { enabled: false } },
        'node-feature-discovery': { postDeleteCleanup: false },
      },
    });
  });

  test('asks for exactly what the facts say, in every container', () => {
    const values = operator().facts.of('release')[0].values as Record<string, { resources?: unknown }>;
    const discovery = values['node-feature-discovery'] as Record<string, { resources?: unknown }>;
    const asked: Record<string, unknown> = {
      operator: values.operator.resources,
      'nfd-master': discovery.master.resources,
      'nfd-gc': discovery.gc.resources,
      'nfd-worker': discovery.worker.resources,
      'device-plugin': values.devicePlugin.resources,
      'feature-discovery': values.gfd.resources,
      'dcgm-exporter': values.dcgmExporter.resources,
      validator: values.validator.resources,
    };
    const stated = Object.fromEntries(
      Object.entries(pods()).map(([name, { template }]) => [name, template.spec.containers[0].resources]),
    );
    expect(stated).toEqual(asked);
    expect(Object.keys(stated)).toHaveLength(8);
  });

  test('brings its own kinds and those of feature discovery', () => {
    expect(operator().facts.of('provides')[0].kinds).toEqual(
      expect.arrayContaining(['nvidia.com/ClusterPolicy', 'nfd.k8s-sigs.io/NodeFeature']),
    );
  });
});

describe('its pods', () => {
  test('operands run on GPU nodes alone, and a GPU pool announces the labels they select', () => {
    const layer = layerOf();
    new GpuNodePool(layer, 'l4', { gpu: 'L4', limit: 8 });
    const [pool] = render(layer.node.root).facts.of('pool');
    const perNode = Object.values(pods()).filter(({ replicas }) => replicas === 'node');
    expect(perNode).toHaveLength(5);
    for (const { owner, template } of perNode) {
      expect(template.spec.tolerations, owner).toEqual([
        { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
      ]);
      expect(Object.keys(template.spec.nodeSelector ?? {}), owner).toHaveLength(1);
      expect(pool.labels, owner).toMatchObject(template.spec.nodeSelector ?? {});
    }
  });

  test('feature discovery does not wait for a label that it causes itself', () => {
    const nodeSelector = { 'nexus.dev/nodes': 'gpu' };
    expect(pods()['nfd-worker'].template.spec.nodeSelector).toEqual(nodeSelector);
    const [{ values }] = operator().facts.of('release');
    expect(values['node-feature-discovery']).toHaveProperty('worker.nodeSelector', nodeSelector);
  });

  test('the policy of the operator covers the hook that upgrades its CRDs', () => {
    const policies = objectsOf(operator().layer);
    const policy = policies.find(({ metadata }) => metadata.name === 'gpu-operator-operator');
    expect(policy?.spec).toHaveProperty('podSelector.matchLabels', {
      'app.kubernetes.io/name': 'gpu-operator',
      'app.kubernetes.io/instance': 'gpu-operator',
      'app.kubernetes.io/component': 'gpu-operator',
    });
  });

  test('whoever reads or writes nodes reaches the API server, and nobody goes further', () => {
    const edges = operator().facts.of('edge');
    expect(edges.map(({ to }) => ('outside' in to ? to.outside : ''))).toEqual(Array(6).fill('apiServer'));
  });

  test('an API server takes their policies', () => {
    const objects = objectsOf(operator().layer);
    expect(objects).toHaveLength(8);
    expect(objects.flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('GPU metrics keep the names of the pods that use the cards', () => {
    expect(operator().made.metrics).toMatchObject([
      { port: 'metrics', portNumber: 8080 },
      { port: 'metrics', portNumber: 9400, honorLabels: true },
    ]);
  });
});
