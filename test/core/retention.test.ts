import { expect, test } from 'vitest';
import { holdsData, type KubeObject } from '../../lib/core';

const object = (apiVersion: string, kind: string, spec: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x' },
  spec,
});

test.each([
  [object('v1', 'Namespace'), true],
  [object('postgresql.cnpg.io/v1', 'Cluster'), true],
  [object('example.com/v1', 'Cluster'), false],
  [object('apps/v1', 'StatefulSet', { volumeClaimTemplates: [{}] }), true],
  [object('apps/v1', 'StatefulSet'), false],
  [object('apps/v1', 'Deployment'), false],
])('%o', (o, kept) => {
  expect(holdsData(o)).toBe(kept);
});
