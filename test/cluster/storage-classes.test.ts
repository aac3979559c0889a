import { expect, test } from 'vitest';
import { StorageClasses } from '../../lib/cluster';
import { objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { AWS, find, layer as layerOf } from '../core/tree';

test('one encrypted class that claims get without asking, in the zone of their pod', () => {
  const layer = layerOf();
  new StorageClasses(layer, 'storage');
  expect(find(layer, 'StorageClass')).toEqual({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: 'gp3',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'ebs.csi.aws.com',
    parameters: { type: 'gp3', encrypted: 'true', 'csi.storage.k8s.io/fstype': 'ext4' },
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('volumes go with their claims where the policy keeps no data', () => {
  const layer = layerOf('apps', { tier: 'dev' });
  new StorageClasses(layer, 'storage');
  expect(find(layer, 'StorageClass')).toMatchObject({ reclaimPolicy: 'Delete' });
});

test('a class that the cluster brings is known, not written', () => {
  const layer = layerOf('apps', { tier: 'local', cluster: { ...AWS, storageClass: 'standard' } });
  new StorageClasses(layer, 'storage');
  expect(objectsOf(layer)).toEqual([]);
  expect(render(layer.node.root).facts.of('provides')).toEqual([
    { objects: [{ id: 'StorageClass/standard' }] },
  ]);
});
