import { findCard } from '../catalog';
import { engineBatch } from './engine-batch';
import type { Fit, FitInput } from './fit';
import { spreadGpus, spreadNodes } from './units';

/** A start that somebody measured. */
export interface Observation {
  /** GiB that it left for the cache, on each GPU: the engine's line "Available KV cache memory". */
  readonly kvGiB: number;
  /** The card, as pools name it. */
  readonly on: string;
  /**
   * GPUs of the replica, on each of its nodes.
   * @default 1
   */
  readonly gpus?: number;
  /**
   * Nodes of the replica.
   * @default 1
   */
  readonly nodes?: number;
  /**
   * Ranks of data parallelism.
   * @default 1
   */
  readonly dataParallel?: number;
  /**
   * Experts that were held a second time.
   * @default 0
   */
  readonly redundantExperts?: number;
  /** Version of vLLM, such as 0.30.0. */
  readonly vllm: string;
  /**
   * Tokens of one request that it started with.
   * @default - the cache alone is compared
   */
  readonly context?: number;
  /** @default 0.92 */
  readonly utilization?: number;
  /** @default - the engine's own for the card */
  readonly batchedTokens?: number;
  /** @default 256 */
  readonly maxSequences?: number;
  /** @default - that of the entry */
  readonly kvCacheDtype?: string;
}

/** What runs where the measurement is to count. */
export interface Here {
  readonly card: string;
  readonly vllm: string;
}

/** `settled`: it starts so. `refuted`: it was measured not to. Else why the measurement says nothing here. */
export type Settlement =
  | { readonly settled: true }
  | { readonly refuted: string }
  | { readonly strange: string };

/**
 * What a measurement makes of a fit that arithmetic leaves open. It never makes good what arithmetic or a rule of the
 * engine excludes: there the number itself is the mistake.
 */
export function settle(result: Fit, asked: FitInput, observed: Observation, here: Here): Settlement {
  const strange = differs(asked, observed, here);
  if (strange) return { strange };
  const { kvNeedGiB } = result.terms;
  const least = result.atBest.kvNeedGiB;
  const gib = (value: number) => `${value.toFixed(2)} GiB`;
  if (result.verdict === 'no-fit')
    return { strange: 'it does not fit by arithmetic, which no measurement changes' };
  if (observed.kvGiB < least) {
    return {
      refuted: `${gib(observed.kvGiB)} were measured for the cache, and one request needs ${gib(least)}`,
    };
  }
  if (observed.kvGiB >= kvNeedGiB || asked.context <= (observed.context ?? 0)) return { settled: true };
  return {
    strange:
      `${gib(observed.kvGiB)} were measured, and one request needs between ${gib(least)} and ${gib(kvNeedGiB)}: ` +
      'say with which context it started',
  };
}

/** What of a start a measurement is compared with. */
export type Started = Pick<
  FitInput,
  'spread' | 'utilization' | 'batchedTokens' | 'maxSequences' | 'fp8Cache'
>;

/** The first thing in which the measured start is not the one that is asked about; nothing where it is the same. */
export function differs(asked: Started, observed: Observation, { card, vllm }: Here): string | undefined {
  const { dataParallel: ranks = 1, redundantExperts: twice = 0 } = asked.spread;
  const nodesHere = spreadNodes(asked.spread);
  const gpusHere = spreadGpus(asked.spread) / nodesHere;
  const own = engineBatch(findCard(card) ?? { visibleGiB: 0 });
  const { utilization = 0.92, batchedTokens = own.batchedTokens, maxSequences = 256 } = observed;
  const { gpus = 1, nodes = 1, dataParallel = 1, redundantExperts = 0, kvCacheDtype } = observed;
  const not = (what: string, there: unknown, now: unknown) =>
    `it was measured with ${what} ${there}, and here it is ${now}`;
  if (observed.on.toLowerCase() !== card.toLowerCase()) return not('the card', observed.on, card);
  if (gpus !== gpusHere) return not('gpus', gpus, gpusHere);
  if (nodes !== nodesHere) return not('nodes', nodes, nodesHere);
  if (dataParallel !== ranks) return not('dataParallel', dataParallel, ranks);
  if (twice > redundantExperts) return not('redundantExperts', redundantExperts, twice);
  if (observed.vllm.replace(/^v/, '') !== vllm) return not('vLLM', observed.vllm, vllm);
  // What takes no more than the measured start leaves no less.
  if (asked.utilization !== utilization) return not('utilization', utilization, asked.utilization);
  if (asked.batchedTokens > batchedTokens) return not('batchedTokens', batchedTokens, asked.batchedTokens);
  if (asked.maxSequences > maxSequences) return not('maxSequences', maxSequences, asked.maxSequences);
  if (kvCacheDtype !== undefined && kvCacheDtype.startsWith('fp8') !== asked.fp8Cache) {
    return not('kvCacheDtype', kvCacheDtype, asked.fp8Cache ? 'fp8' : 'auto');
  }
  return undefined;
}
