import { expect, test } from 'vitest';
import { ClusterKnown } from '../../lib/cluster';
import { objectsOf, render } from '../../lib/core';
import { layer as layerOf } from '../core/tree';

test('says what is there before us, and writes none of it', () => {
  const layer = layerOf();
  new ClusterKnown(layer, 'known');
  expect(objectsOf(layer)).toEqual([]);
  const [{ objects = [] }] = render(layer.node.root).facts.of('provides');
  expect(objects.map(({ id }) => id)).toEqual([
    'Namespace/kube-system',
    'Namespace/default',
    'PriorityClass/system-cluster-critical',
    'PriorityClass/system-node-critical',
    'Service/kube-system/kube-dns',
    'Service/default/kubernetes',
  ]);
});
