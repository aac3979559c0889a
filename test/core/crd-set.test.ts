import { expect, test } from 'vitest';
import { CrdSet, objectsOf } from '../../lib/core';
import { layer } from './tree';

test('writes the CRDs as they are', () => {
  const l = layer();
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gateways.gateway.networking.k8s.io' },
    spec: { group: 'gateway.networking.k8s.io', names: { kind: 'Gateway' } },
  };
  new CrdSet(l, 'Gateway', [crd]);
  expect(objectsOf(l)).toEqual([crd]);
});
