import { sharesAddUp, visibleGiB } from '../sizing';
import type { Refusal } from './proof';
import type { ServedModel } from './served-models';

/** A server that may meet others on one GPU, with the part of it that it takes. */
export interface Sharer extends Pick<ServedModel, 'fact' | 'object' | 'origin' | 'pool' | 'card'> {
  readonly utilization: number;
  readonly processes?: number;
}

/** Servers whose pods may meet on one GPU of a pool that is shared by time, and together request more than there is. */
export function sharing(all: readonly Sharer[]): readonly Refusal[] {
  const pools = new Map<string, Sharer[]>();
  for (const served of all) {
    if ((served.fact.sharedBy ?? 1) < 2) continue;
    pools.set(served.pool.name, [...(pools.get(served.pool.name) ?? []), served]);
  }
  return [...pools.values()].flatMap((meeting): Refusal[] => {
    const most = meeting[0].fact.sharedBy ?? 1;
    // Replicas of one model meet as well as those of two; the scheduler may put the largest together.
    const pods = meeting
      .flatMap((served) => Array.from({ length: Math.min(most, served.fact.replicas.max) }, () => served))
      .sort((a, b) => b.utilization - a.utilization)
      .slice(0, most);
    const fault = sharesAddUp(
      pods.map(({ fact, utilization, processes }) => ({
        name: fact.alias,
        utilization,
        ...(processes ? { processes } : {}),
      })),
      visibleGiB(meeting[0].card),
    );
    if (!fault) return [];
    const [first] = pods;
    return [{ object: first.object, ...fault, ...(first.origin ? { origin: first.origin } : {}) }];
  });
}
