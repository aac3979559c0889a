import { App, Chart } from 'cdk8s';
import { expect, test } from 'vitest';
import { PlatformNamespace } from '../../lib/cluster';
import { objectsOf, setCluster } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { AWS, find, layer as layerOf } from '../core/tree';

test('restricted at the version of the cluster, owned by the platform', () => {
  const layer = layerOf();
  new PlatformNamespace(layer, 'serving');
  expect(find(layer, 'Namespace')).toEqual({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: 'serving',
      labels: {
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/enforce-version': 'v1.36',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/audit-version': 'v1.36',
        'pod-security.kubernetes.io/warn': 'restricted',
        'pod-security.kubernetes.io/warn-version': 'v1.36',
        'nexus.dev/owner': 'platform',
      },
    },
  });
});

test('nothing talks to anything by default', () => {
  const layer = layerOf();
  new PlatformNamespace(layer, 'serving');
  expect(find(layer, 'NetworkPolicy')).toEqual({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'default-deny', namespace: 'serving' },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('another level and another owner', () => {
  const layer = layerOf();
  new PlatformNamespace(layer, 'gpus', { name: 'gpu-operator', level: 'privileged', owner: 'hardware' });
  expect(find(layer, 'Namespace').metadata).toMatchObject({
    name: 'gpu-operator',
    labels: { 'pod-security.kubernetes.io/enforce': 'privileged', 'nexus.dev/owner': 'hardware' },
  });
});

test('a namespace lies in no namespace, also in a plain chart that has one', () => {
  const app = new App();
  setCluster(app, AWS);
  const chart = new Chart(app, 'chart', { namespace: 'elsewhere', disableResourceNameHashes: true });
  new PlatformNamespace(chart, 'serving');
  expect(objectsOf(chart).map(({ metadata }) => metadata.namespace)).toEqual([undefined, 'serving']);
});
