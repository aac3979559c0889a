import { setTimeout as sleep } from 'node:timers/promises';

/** Something did not happen in its time. */
export class TooSlowError extends Error {
  public override readonly name = 'TooSlowError';
}

/** Ask again and again until there is an answer, within a bound. */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined> | T | undefined,
  everyMs = 200,
): Promise<T> {
  const last = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > last) throw new TooSlowError(`${what} did not happen within ${seconds} s`);
    await sleep(everyMs);
  }
}

/** Do a thing for each item, so many at a time; results in order. */
export async function inParallel<T, R>(
  items: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await act(items[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
