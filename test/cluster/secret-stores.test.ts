import { expect, test } from 'vitest';
import { SecretStores } from '../../lib/cluster';
import { objectsOf } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { AWS, find, layer as layerOf } from '../core/tree';

test('Secrets Manager of the region, read with the identity of the operator', () => {
  const layer = layerOf();
  new SecretStores(layer, 'stores');
  expect(find(layer, 'ClusterSecretStore')).toEqual({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterSecretStore',
    metadata: { name: 'aws-secrets-manager' },
    spec: { provider: { aws: { service: 'SecretsManager', region: 'us-east-1' } } },
  });
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('no store without AWS', () => {
  const layer = layerOf('apps', { tier: 'local', cluster: { ...AWS, aws: undefined } });
  new SecretStores(layer, 'stores');
  expect(objectsOf(layer)).toEqual([]);
});
