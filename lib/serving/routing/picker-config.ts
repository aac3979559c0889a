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

/** The file that the endpoint picker reads; with what it hears of the engines, where it goes by exact prefixes. */
export function pickerConfig(weights: ScorerWeights, metrics: EngineMetrics, heard?: Heard) {
  const told = heard ? { ...PARAMETERS, prefix: PRECISE_SCORER } : PARAMETERS;
  const scorers = (Object.keys(SCORERS) as Scorer[]).filter((scorer) => weights[scorer]);
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
      ...(weights.prefix && !heard
        ? [{ type: 'approx-prefix-cache-producer', parameters: { autoTune: true } }]
        : []),
      { type: 'max-score-picker' },
      { type: 'metrics-data-source', parameters: { scheme: 'http', path: '/metrics' } },
      {
        type: 'core-metrics-extractor',
        parameters: { defaultEngine: metrics.name, engineConfigs: [metrics] },
      },
    ],
    ...(heard ? { dataLayer: PRECISE_DATA } : {}),
    schedulingProfiles: [
      {
        name: 'default',
        plugins: [
          ...scorers.map((scorer) => ({ pluginRef: SCORERS[scorer], weight: weights[scorer] })),
          { pluginRef: 'max-score-picker' },
        ],
      },
    ],
  };
}
