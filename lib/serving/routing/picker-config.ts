import type { Exporter } from '../../core';
import { type Heard, PRECISE_DATA, PRECISE_SCORER, precisePlugins } from './precise-prefix';
import { SCORERS, type Scorer, type ScorerWeights } from './scorers';

/** Engines whose metrics the picker can read, with the names written out: its own defaults were wrong before. */
export const ENGINE_METRICS: Readonly<Partial<Record<Exporter, EngineMetrics>>> = {
  vllm: {
    name: 'vllm',
    queuedRequestsSpec: 'vllm:num_requests_waiting',
    runningRequestsSpec: 'vllm:num_requests_running',
    kvUsageSpec: 'vllm:kv_cache_usage_perc',
    loraSpec: 'vllm:lora_requests_info',
    cacheInfoSpec: 'vllm:cache_config_info',
  },
  sglang: {
    name: 'sglang',
    queuedRequestsSpec: 'sglang:num_queue_reqs',
    runningRequestsSpec: 'sglang:num_running_reqs',
    kvUsageSpec: 'sglang:token_usage',
    // It tells nothing of adapters.
    loraSpec: '',
    cacheInfoSpec: 'sglang:cache_config_info',
  },
};

/** One engine's metrics, by the picker's own keys. */
export interface EngineMetrics {
  readonly name: string;
  readonly queuedRequestsSpec: string;
  readonly runningRequestsSpec: string;
  readonly kvUsageSpec: string;
  readonly loraSpec: string;
  readonly cacheInfoSpec: string;
}

const PARAMETERS: Readonly<Partial<Record<Scorer, object>>> = {
  session: { strategy: 'session_id', sessionIdConfig: { sources: [{ header: 'x-session-id' }] } },
};

/** What a picker goes by besides its weights. */
interface Told {
  /** What engines tell of their caches, where it goes by exact prefixes. */
  readonly heard?: Heard;
  /** Other pods than those that answer read prompts, from so many tokens on that no cache holds. */
  readonly readFrom?: number | 'always';
}

/** The file that the endpoint picker reads. */
export function pickerConfig(weights: ScorerWeights, metrics: EngineMetrics, { heard, readFrom }: Told = {}) {
  const told = heard ? { ...PARAMETERS, prefix: PRECISE_SCORER } : PARAMETERS;
  const scorers = (Object.keys(SCORERS) as Scorer[]).filter((scorer) => weights[scorer]);
  const profile = (name: string, filters: readonly string[]) => ({
    name,
    plugins: [
      ...filters.map((pluginRef) => ({ pluginRef })),
      ...scorers.map((scorer) => ({ pluginRef: SCORERS[scorer], weight: weights[scorer] })),
      { pluginRef: 'max-score-picker' },
    ],
  });
  return {
    apiVersion: 'llm-d.ai/v1alpha1',
    kind: 'EndpointPickerConfig',
    plugins: [
      ...scorers.map((scorer) => {
        const parameters = told[scorer];
        return { type: SCORERS[scorer], ...(parameters ? { parameters } : {}) };
      }),
      ...(heard ? precisePlugins(heard) : []),
      // Block size and capacity follow from what the engine says of its cache.
      ...((weights.prefix && !heard) || typeof readFrom === 'number'
        ? [{ type: 'approx-prefix-cache-producer', parameters: { autoTune: true } }]
        : []),
      { type: 'max-score-picker' },
      ...(readFrom === undefined ? [] : byRole(readFrom)),
      { type: 'metrics-data-source', parameters: { scheme: 'http', path: '/metrics' } },
      {
        type: 'core-metrics-extractor',
        parameters: { defaultEngine: metrics.name, engineConfigs: [metrics] },
      },
    ],
    ...(heard ? { dataLayer: PRECISE_DATA } : {}),
    schedulingProfiles:
      readFrom === undefined
        ? [profile('default', [])]
        : [profile('prefill', ['prefill-filter']), profile('decode', ['decode-filter'])],
  };
}

/** Who tells pods of one role from those of the other, and who decides which requests take both. */
function byRole(readFrom: number | 'always') {
  const decider = readFrom === 'always' ? 'always-disagg-pd-decider' : 'prefix-based-pd-decider';
  return [
    { type: 'prefill-filter' },
    { type: 'decode-filter' },
    { type: decider, ...(readFrom === 'always' ? {} : { parameters: { nonCachedTokens: readFrom } }) },
    { type: 'disagg-profile-handler', parameters: { deciders: { prefill: decider } } },
  ];
}
