import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client';
import { type Observed, observe } from './observe';

export interface SettleOptions {
  /** Workloads that are known to be stuck: not waited for again. */
  readonly stuck: ReadonlySet<string>;
  /** Called at every look, some times a second. */
  readonly onLook: (observed: Observed) => Promise<void> | void;
  /** Nothing moved for this long: it will not. */
  readonly quietSeconds: number;
  /** When what we wait for was begun. */
  readonly since: number;
}

export interface Settled {
  readonly observed: Observed;
  /** Workloads that did not come to what they should be. */
  readonly stuck: ReadonlySet<string>;
  /** Until the last thing moved. */
  readonly seconds: number;
}

const LOOK_EVERY_MS = 250;
/** What is done says so by the generation it has seen; this is for what reacts to it, such as a DaemonSet to a node. */
const STILL_MS = 700;
/** Even with something moving all the time. */
const MOST_SECONDS = 300;

/** Wait until everything is there, or nothing has moved for a while. */
export async function settle(api: ApiClient, options: SettleOptions): Promise<Settled> {
  const start = Date.now();
  let moved = start;
  let before: string | undefined;
  for (;;) {
    const observed = await observe(api);
    await options.onLook(observed);
    const now = Date.now();
    const picture = pictureOf(observed);
    if (picture !== before && before !== undefined) moved = now;
    before = picture;

    const waiting = observed.workloads.filter(({ done }) => !done).map(({ owner }) => owner);
    const hopeful = waiting.some((owner) => !options.stuck.has(owner));
    // Controllers need a moment to see what was asked for.
    const still = now - moved > STILL_MS;
    const quiet = now - moved > options.quietSeconds * 1000;
    if ((!hopeful && still) || quiet || now - start > MOST_SECONDS * 1000) {
      return { observed, stuck: new Set(waiting), seconds: (moved - options.since) / 1000 };
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** Equal as long as nothing moves. */
function pictureOf({ pods, workloads }: Observed): string {
  const places = pods.map(({ metadata, spec, status }) => [
    metadata.uid,
    (spec as { nodeName?: string }).nodeName,
    (status as { phase?: string }).phase,
  ]);
  return JSON.stringify([
    places,
    workloads.map(({ owner, wanted, ready, done }) => [owner, wanted, ready, done]),
  ]);
}
