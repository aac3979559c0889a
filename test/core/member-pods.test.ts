import { expect, test } from 'vitest';
import { claim, zoneSpread } from '../../lib/core';
import { AWS, layer } from './tree';

const labels = { 'cnpg.io/cluster': 'postgres' };

test('members are spread over zones where the policy asks for it, and only there', () => {
  expect(zoneSpread(layer('data'), labels)).toEqual({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: labels },
      },
    ],
  });
  expect(zoneSpread(layer('data', { tier: 'dev' }), labels)).toEqual({});
});

test('a claim names the class of the cluster', () => {
  expect(claim(layer('data', { cluster: { ...AWS, storageClass: 'standard' } }), 'data', 5)).toMatchObject({
    name: 'data',
    ephemeral: {
      volumeClaimTemplate: {
        spec: { storageClassName: 'standard', resources: { requests: { storage: '5Gi' } } },
      },
    },
  });
});
