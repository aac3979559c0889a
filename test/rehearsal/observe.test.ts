import { expect, test } from 'vitest';
import type { ApiClient, LiveObject } from '../../lib/rehearsal/api-client';
import { makerOf, observe } from '../../lib/rehearsal/observe';
import { STANDS_FOR } from '../../lib/rehearsal/stand-ins';

const live = (kind: string, more: object): LiveObject =>
  ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'chat', namespace: 'serving', generation: 2 },
    ...more,
  }) as LiveObject;

async function stateOf(object: LiveObject) {
  const api = { list: async (_: string, kind: string) => (kind === object.kind ? [object] : []) };
  const { workloads } = await observe(api as unknown as ApiClient);
  const { owner, wanted, ready, done } = workloads[0];
  return { owner, wanted, ready, done };
}

test.each([
  [
    'everything is there',
    { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2 },
    2,
    true,
  ],
  ['one is missing', { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 1 }, 1, false],
  ['one is old', { observedGeneration: 2, replicas: 2, updatedReplicas: 1, readyReplicas: 2 }, 1, false],
  [
    'an old one is left',
    { observedGeneration: 2, replicas: 3, updatedReplicas: 2, readyReplicas: 3 },
    2,
    false,
  ],
  [
    'nobody looked yet',
    { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2 },
    2,
    false,
  ],
])('a Deployment of two: %s', async (_name, status, ready, done) => {
  const state = await stateOf(live('Deployment', { spec: { replicas: 2 }, status }));
  expect(state).toEqual({ owner: 'Deployment/serving/chat', wanted: 2, ready, done });
});

test('a DaemonSet wants one on each node that it may use', async () => {
  const status = {
    observedGeneration: 2,
    desiredNumberScheduled: 4,
    numberReady: 3,
    updatedNumberScheduled: 4,
  };
  expect(await stateOf(live('DaemonSet', { status }))).toMatchObject({ wanted: 4, ready: 3, done: false });
});

test('a Job wants to have succeeded', async () => {
  expect(await stateOf(live('Job', { spec: {}, status: {} }))).toMatchObject({ wanted: 1, done: false });
  expect(await stateOf(live('Job', { spec: {}, status: { succeeded: 1 } }))).toMatchObject({ done: true });
});

test('a stand-in is known by what it stands for', async () => {
  const metadata = {
    name: 'x',
    namespace: 'data',
    annotations: { [STANDS_FOR]: 'Kafka/data/events#broker' },
  };
  expect(await stateOf(live('Deployment', { metadata, spec: {}, status: {} }))).toMatchObject({
    owner: 'Kafka/data/events#broker',
  });
});

test("a pod's workload is found through its ReplicaSet", () => {
  const pod = (kind: string, name: string) =>
    live('Pod', { metadata: { namespace: 'a', ownerReferences: [{ kind, name }] } });
  expect(makerOf(pod('ReplicaSet', 'chat-v2-5d8f7'))).toBe('Deployment/a/chat-v2');
  expect(makerOf(pod('StatefulSet', 'ledger'))).toBe('StatefulSet/a/ledger');
  expect(makerOf(live('Pod', {}))).toBeUndefined();
});

test('spare pods are content with what they get', async () => {
  const status = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 0 };
  const spec = { replicas: 2, template: { spec: { priorityClassName: 'nexus-spare' } } };
  expect(await stateOf(live('Deployment', { spec, status }))).toMatchObject({ ready: 0, done: true });
});
