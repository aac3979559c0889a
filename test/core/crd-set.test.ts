import { expect, test } from 'vitest';
import { CrdSet, objectsOf, render } from '../../lib/core';
import { layer } from './tree';

test('writes the CRDs as they are and says which kinds they bring', () => {
  const l = layer();
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'gateways.gateway.networking.k8s.io' },
    spec: { group: 'gateway.networking.k8s.io', names: { kind: 'Gateway' } },
  };
  new CrdSet(l, 'Gateway', [crd]);
  expect(objectsOf(l)).toEqual([crd]);
  expect(render(l).facts.of('provides')).toEqual([{ kinds: ['gateway.networking.k8s.io/Gateway'] }]);
});
