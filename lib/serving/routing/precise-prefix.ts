import type { Construct } from 'constructs';
import { PlatformError, type Size } from '../../core';
import type { KvEvents } from '../kv-events';
import type { ModelPods } from './endpoint-picker';
import type { ScorerWeights } from './scorers';

/** How the picker knows what is in the caches: by what it sent where, or by what the engines tell. */
export type Prefix = 'approximate' | 'precise';

/** What the picker must know to hear the engines of one model. */
export interface Heard {
  /** Served name. */
  readonly model: string;
  /** Where prompts are split into tokens, without `/v1`. */
  readonly url: string;
  readonly events: KvEvents;
  readonly mostReplicas: number;
}

const TOKENS = 'token-producer';
const PRECISE = 'precise-prefix-cache-producer';
const REPLICAS = 'endpoint-notification-source';
/** Blocks that it remembers at most, about 1 KiB each; its own 100 million have no bound that a pod could hold. */
const BLOCKS = 2_000_000;
/** Replicas that may hold the same block; its own default, above which it forgets the oldest. */
const REPLICAS_PER_BLOCK = 10;

/** Two million blocks, and prompts of many tokens that are hashed twice. */
export const PRECISE_SIZE: Size = { cpu: '2', memory: '4Gi' };

/** What the scorer of prefixes is told, so that it asks this producer. */
export const PRECISE_SCORER = { prefixMatchInfoProducerName: PRECISE };

/** Plugins that split prompts, keep the index of blocks, and follow replicas as they come and go. */
export function precisePlugins({ model, url, events, mostReplicas }: Heard): readonly object[] {
  const { port, blockTokens, listens } = events;
  return [
    {
      type: TOKENS,
      // Its own patience, 5 and 30 s, would be the client's; who waits longer is chosen by load alone.
      parameters: { modelName: model, vllm: { url, timeout: '2s', mmTimeout: '5s' } },
    },
    {
      type: PRECISE,
      parameters: {
        tokenProcessorConfig: { blockSizeTokens: blockTokens },
        indexerConfig: {
          kvBlockIndexConfig: {
            enableMetrics: true,
            inMemoryConfig: { size: BLOCKS, podCacheSize: Math.max(REPLICAS_PER_BLOCK, mostReplicas) },
          },
        },
        kvEventsConfig:
          listens === 'replica'
            ? { topicFilter: 'kv@', discoverPods: true, podDiscoveryConfig: { socketPort: port } }
            : { topicFilter: 'kv@', discoverPods: false, zmqEndpoint: `tcp://0.0.0.0:${port}` },
        // The second of two prompts that come together finds the first, before the engine has told of it.
        speculativeIndexing: true,
      },
    },
    { type: REPLICAS },
  ];
}

/** Who hears of what: without it nobody calls the replicas. */
export const PRECISE_DATA = {
  sources: [
    { pluginRef: 'metrics-data-source', extractors: [{ pluginRef: 'core-metrics-extractor' }] },
    { pluginRef: REPLICAS, extractors: [{ pluginRef: PRECISE }] },
  ],
};

/** The engines of a model as the picker hears them; refuses what it would not hear. */
export function heard(picker: Construct, server: ModelPods, weights: ScorerWeights): Heard {
  const { model, kvEvents: events } = server;
  if (!events) {
    throw new PlatformError(picker, {
      what: `goes by exact prefixes, and '${model}' does not tell what is in its KV caches`,
      why: 'its index would stay empty, and no replica would ever be better than another',
      fix: `set kvEvents: true on '${model}' (vLLM has them), or prefix: 'approximate'`,
    });
  }
  if (!weights.prefix) {
    throw new PlatformError(picker, {
      what: "goes by exact prefixes, and 'scorers' does not weigh prefixes",
      why: 'it would split every prompt and keep an index, and ask neither',
      fix: "give 'prefix' a weight, or drop prefix: 'precise'",
    });
  }
  if (server.asksForKey) {
    throw new PlatformError(picker, {
      what: `goes by exact prefixes, and '${model}' asks for a key`,
      why: 'its replicas split prompts into tokens for the picker, which has no key to show: none would be split',
      fix: `drop apiKey of '${model}': network policies let only the gateway in`,
    });
  }
  return {
    model,
    url: server.baseUrl?.replace(/\/v1$/, '') ?? '',
    events,
    mostReplicas: server.replicas.max,
  };
}
