import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inParallel, until } from '../../lib/rehearsal/poll';

test('asking goes on until there is an answer', async () => {
  let asked = 0;
  expect(await until('the third call', 5, () => (++asked === 3 ? asked : undefined), 1)).toBe(3);
});

test('asking has an end, which is said', async () => {
  await expect(until('the sun rising', 0.02, () => undefined, 5)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[TooSlowError: the sun rising did not happen within 0.02 s]`,
  );
});

test('so many at a time, results in order', async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([1, 2, 3, 4, 5], 2, async (n) => {
    most = Math.max(most, ++running);
    await sleep(6 - n);
    running--;
    return n * 10;
  });
  expect(results).toEqual([10, 20, 30, 40, 50]);
  expect(most).toBe(2);
});
