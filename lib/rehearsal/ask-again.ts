import type { ApiClient, LiveObject } from './api-client';
import { inParallel } from './poll';

const EVERY_MS = 2000;

interface Waiting {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

/**
 * Shows scheduler and Karpenter the pods that found no node again, as a change of them does. By itself Karpenter looks
 * every ten seconds, which is most of what a rehearsal would wait for.
 */
export class AskAgain {
  private last = Date.now();
  private times = 0;

  constructor(private readonly api: ApiClient) {}

  public async about(pods: readonly LiveObject[]): Promise<void> {
    if (Date.now() - this.last < EVERY_MS) return;
    this.last = Date.now();
    const annotations = { 'nexus.dev/asked': `${++this.times}` };
    await inParallel(pods.filter(isUnschedulable), 4, async (pod) => {
      // It may be bound or gone by now: then there is nothing to ask.
      await this.api.patch(pod, { metadata: { annotations } }).catch(() => undefined);
    });
  }
}

function isUnschedulable({ status }: LiveObject): boolean {
  const { conditions = [] } = (status ?? {}) as Waiting;
  return conditions.some((condition) => condition.type === 'PodScheduled' && condition.status === 'False');
}
