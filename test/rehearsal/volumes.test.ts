import { expect, test } from 'vitest';
import type { LiveObject } from '../../lib/rehearsal/api-client';
import { volumeFor } from '../../lib/rehearsal/volumes';

const claim = {
  metadata: { name: 'data-ledger-0', namespace: 'data', uid: '4d1f' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'gp3',
    resources: { requests: { storage: '10Gi' } },
  },
} as unknown as LiveObject;

test('a volume is made for its claim, in the zone of the node that was chosen', () => {
  expect(volumeFor(claim, 'us-east-1a')).toMatchObject({
    metadata: { name: 'pvc-4d1f', labels: { 'topology.kubernetes.io/zone': 'us-east-1a' } },
    spec: {
      capacity: { storage: '10Gi' },
      claimRef: { name: 'data-ledger-0', namespace: 'data', uid: '4d1f' },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ values: ['us-east-1a'] }] }] },
      },
    },
  });
});

test('without zones it can be reached from everywhere', () => {
  expect(volumeFor(claim, undefined).spec).not.toHaveProperty('nodeAffinity');
});
