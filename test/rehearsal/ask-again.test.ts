import { expect, test, vi } from 'vitest';
import type { ApiClient, LiveObject } from '../../lib/rehearsal/api-client';
import { AskAgain } from '../../lib/rehearsal/ask-again';

const pod = (name: string, status: object) =>
  ({ kind: 'Pod', metadata: { name }, status }) as unknown as LiveObject;
const unschedulable = { conditions: [{ type: 'PodScheduled', status: 'False' }] };
const bound = { conditions: [{ type: 'PodScheduled', status: 'True' }] };

test('asks about pods without a node, every other second, each time in other words', async () => {
  vi.useFakeTimers();
  const patches: [string | undefined, unknown][] = [];
  const patch = async ({ metadata }: LiveObject, change: unknown) =>
    void patches.push([metadata.name, change]);
  const again = new AskAgain({ patch } as unknown as ApiClient);
  const pods = [pod('waits', unschedulable), pod('runs', bound), pod('new', {})];

  await again.about(pods);
  expect(patches).toEqual([]);
  for (const _ of [1, 2]) {
    vi.advanceTimersByTime(2000);
    await again.about(pods);
    await again.about(pods);
  }
  vi.useRealTimers();
  const asked = (times: string) => ({ metadata: { annotations: { 'nexus.dev/asked': times } } });
  expect(patches).toEqual([
    ['waits', asked('1')],
    ['waits', asked('2')],
  ]);
});

test('a pod that is gone meanwhile is no fault', async () => {
  vi.useFakeTimers();
  const again = new AskAgain({ patch: () => Promise.reject(new Error('not found')) } as unknown as ApiClient);
  vi.advanceTimersByTime(2000);
  await expect(again.about([pod('gone', unschedulable)])).resolves.toBeUndefined();
  vi.useRealTimers();
});
