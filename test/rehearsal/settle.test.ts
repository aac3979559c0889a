import { test } from 'vitest';
import type { ApiClient, LiveObject } from '../../lib/rehearsal/api-client';
import { settle } from '../../lib/rehearsal/settle';

/** An API in which one Deployment gets its pods ready one look after the other, up to a number. */
function cluster(wanted: number, most: number): ApiClient {
  let looks = 0;
  const deployment = () => {
    const ready = Math.min(looks++, most);
    const status = { observedGeneration: 1, replicas: wanted, updatedReplicas: wanted, readyReplicas: ready };
    return {
      metadata: { name: 'chat', namespace: 'serving', generation: 1 },
      spec: { replicas: wanted },
      status,
    };
  };
  const list = async (_: string, kind: string) =>
    kind === 'Deployment' ? [{ kind, ...deployment() } as unknown as LiveObject] : [];
  return { list } as unknown as ApiClient;
}

const options = () => ({
  stuck: new Set<string>(),
  onLook: () => undefined,
  quietSeconds: 2,
  since: Date.now(),
});

test.concurrent('it waits until everything is ready, and counts until the last thing moved', async ({
  expect,
}) => {
  const { stuck, seconds } = await settle(cluster(2, 2), options());
  expect(stuck.size).toBe(0);
  expect(seconds).toBeGreaterThan(0.4);
  expect(seconds).toBeLessThan(2);
});

test.concurrent('what does not move any more is stuck', async ({ expect }) => {
  const { stuck } = await settle(cluster(3, 1), options());
  expect([...stuck]).toEqual(['Deployment/serving/chat']);
});

test.concurrent('what was stuck before is not waited for again', async ({ expect }) => {
  const before = Date.now();
  const again = { ...options(), quietSeconds: 60, stuck: new Set(['Deployment/serving/chat']) };
  const { stuck } = await settle(cluster(3, 0), again);
  expect([...stuck]).toEqual(['Deployment/serving/chat']);
  expect(Date.now() - before).toBeLessThan(10_000);
});
