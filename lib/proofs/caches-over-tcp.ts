import { findInstance } from '../catalog';
import { bytesPerToken } from '../sizing';
import type { Refusal } from './proof';
import type { ServedModel } from './served-models';

/** What one TCP connection carries between two instances that are not placed side by side. */
export const FLOW_GBPS = 5;
/** Tokens of a prompt that is long enough to be read by another pod. */
const PROMPT = 8192;

/** What it costs that the caches of prompts go over TCP from pods that read to pods that answer; nothing where they do not. */
export function cachesOverTcp(served: ServedModel): Refusal | undefined {
  const { object, fact, pool, origin } = served;
  // Said once, of the pods that wait for it.
  if (fact.role !== 'decode' || fact.transfer !== 'tcp') return undefined;
  return {
    object,
    severity: 'warning',
    what: `the caches of its prompts go over TCP from prefill to decode pods: pool '${pool.name}' ${hasEfa(served) ? 'has EFA, and transfer is tcp' : 'has no EFA'}`,
    why: `${costOf(served)}; a decode pod that reads prompts itself may be sooner`,
    fix: `${hasEfa(served) ? 'set transfer: efa' : 'set efa: true on its pools'} and name an image with the EFA libraries, raise nonCachedTokens, or waive this`,
    ...(origin ? { origin } : {}),
  };
}

const hasEfa = ({ pool }: ServedModel): boolean =>
  pool.shapes.every(({ devices }) => (devices['vpc.amazonaws.com/efa'] ?? 0) > 0);

function costOf({ fact, start, pool, checkpoint }: ServedModel): string {
  if (!checkpoint) return 'what a prompt caches is not known, since nobody has told its shape';
  const { model } = checkpoint;
  const tokens = Math.min(PROMPT, fact.context ?? model.maxContext);
  const request = {
    context: tokens,
    spread: { tensorParallel: fact.gpusPerReplica, expertParallel: false },
    bytes: start.kvCacheDtype?.startsWith('fp8') ? (1 as const) : (2 as const),
    batchedTokens: start.batchedTokens,
    maxSequences: start.maxSequences,
  };
  const perGpu = model.cache.reduce((sum, group) => sum + bytesPerToken(model, group, request), 0);
  const bytes = perGpu * fact.gpusPerReplica * tokens;
  const gbps = Math.min(
    FLOW_GBPS * fact.gpusPerReplica,
    ...pool.shapes.map(({ instanceType }) => findInstance(instanceType)?.networkGbps ?? FLOW_GBPS),
  );
  const seconds = (bytes * 8) / gbps / 1e9;
  return `a prompt of ${tokens} tokens has a cache of ${Math.round(bytes / 2 ** 20)} MiB, about ${seconds.toFixed(1)} s at ${gbps} Gbit/s of TCP before its first token`;
}
