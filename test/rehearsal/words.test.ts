import { expect, test } from 'vitest';
import type { ApiClient, LiveObject } from '../../lib/rehearsal/api-client';
import { wordsFor } from '../../lib/rehearsal/words';

const OWNER = 'Deployment/serving/chat';
const live = (kind: string, name: string, more: object = {}) =>
  ({
    kind,
    metadata: { name, namespace: 'serving', creationTimestamp: '2026-01-01T00:00:00Z' },
    ...more,
  }) as unknown as LiveObject;

const pending = {
  ...live('Pod', 'chat-5d8f7-abcde', {
    status: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available.' }],
    },
  }),
  metadata: {
    name: 'chat-5d8f7-abcde',
    namespace: 'serving',
    ownerReferences: [{ kind: 'ReplicaSet', name: 'chat-5d8f7' }],
  },
} as unknown as LiveObject;

const event = (
  kind: string,
  name: string,
  reason: string,
  message: string,
  at: string,
  component = 'karpenter',
) =>
  live('Event', `${name}.${at}`, {
    involvedObject: { kind, name, namespace: 'serving' },
    reason,
    message,
    lastTimestamp: `2026-01-01T00:00:${at}Z`,
    source: { component },
  });

const said = async (events: readonly LiveObject[], pods: readonly LiveObject[]) => {
  const api = { list: async () => events } as unknown as ApiClient;
  const workloads = [{ owner: OWNER, object: live('Deployment', 'chat'), wanted: 2, ready: 1, done: false }];
  const finding = {
    proof: 'pod-has-a-home',
    severity: 'error',
    object: OWNER,
    what: 'no room',
    why: 'too big',
    fix: '',
  };
  const [stuck] = await wordsFor(api, { pods, workloads }, new Set([OWNER]), [finding as never]);
  return stuck;
};

test("the scheduler's condition and Karpenter's newest event stand beside the proof's words", async () => {
  const stuck = await said(
    [
      event('Pod', 'chat-5d8f7-abcde', 'FailedScheduling', 'limits reached, earlier', '01'),
      event('Pod', 'chat-5d8f7-abcde', 'FailedScheduling', 'limits reached', '02'),
      event('Pod', 'chat-5d8f7-abcde', 'FailedScheduling', '0/3 nodes', '03', 'default-scheduler'),
      event('Pod', 'other', 'FailedScheduling', 'not of this workload', '04'),
    ],
    [pending],
  );
  expect(stuck).toEqual({
    owner: OWNER,
    wanted: 2,
    ready: 1,
    kubernetes: ['0/3 nodes are available.', 'limits reached'],
    proofs: ['[pod-has-a-home] no room: too big'],
  });
});

test('a pod that admission refused has no pod to ask, only its maker', async () => {
  const stuck = await said(
    [event('ReplicaSet', 'chat-5d8f7', 'FailedCreate', 'violates PodSecurity', '01')],
    [],
  );
  expect(stuck.kubernetes).toEqual(['violates PodSecurity']);
});
