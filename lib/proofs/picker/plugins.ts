/**
 * Plugins of llm-d's endpoint picker v0.10.0 and their parameters, read from its source. Some of its factories ignore
 * what they do not know, others end the process: both are refused here.
 */

/** What a parameter is. */
export type Shape = 'text' | 'number' | 'flag' | 'texts' | 'any' | Fields | readonly [Fields];
export interface Fields {
  readonly [name: string]: Shape;
}

export interface Plugin {
  /** Absent for a plugin that reads none. */
  readonly parameters?: Fields | 'any';
  /** Loaded only with `--allow-experimental-plugins`. */
  readonly experimental?: true;
  /** Gone in v0.11; what takes its place. */
  readonly replacedBy?: string;
}

const from = (...producers: string[]): Fields =>
  Object.fromEntries(producers.map((name) => [`${name}ProducerName`, 'text']));
const PREFIX = from('prefixMatchInfo');
const LOAD = from('inFlightLoad');
const LATENCY = from('latencyPredictionInfo');
const PICKER: Plugin = { parameters: { maxNumOfEndpoints: 'number' } };
const TLS: Fields = {
  insecureSkipVerify: 'flag',
  caCertPath: 'text',
  clientCertPath: 'text',
  clientKeyPath: 'text',
};
const SOURCE: Fields = { scheme: 'text', path: 'text', interval: 'text', ...TLS };
const SESSION: Fields = {
  strategy: 'text',
  encodedEndpointHeaderConfig: { header: 'text' },
  sessionIdConfig: {
    sources: [{ header: 'text', attribute: 'text' }],
    evictionTtlSeconds: 'number',
    evictionSweepSeconds: 'number',
  },
  profileName: 'text',
};
const ENGINE: Fields = {
  name: 'text',
  queuedRequestsSpec: 'text',
  runningRequestsSpec: 'text',
  kvUsageSpec: 'text',
  loraSpec: 'text',
  cacheInfoSpec: 'text',
  cacheBlockSizeLabelName: 'text',
  cacheNumBlocksLabelName: 'text',
  cacheBlockSizeSpec: 'text',
  cacheNumBlocksSpec: 'text',
  customMetrics: [{ attributeKey: 'text', metricSpec: 'text' }],
};
const ALPHA: Plugin = { experimental: true, parameters: 'any' };

export const PLUGINS: Readonly<Record<string, Plugin>> = {
  // scorers
  'queue-scorer': {},
  'kv-cache-utilization-scorer': {},
  'lora-affinity-scorer': {},
  'running-requests-size-scorer': {},
  'prefix-cache-scorer': {
    parameters: { ...PREFIX, matchLengthWeight: 'number', matchLengthScaleTokens: 'number' },
  },
  'active-request-scorer': {
    parameters: { requestTimeout: 'text', idleThreshold: 'number', maxBusyScore: 'number', ...LOAD },
  },
  'load-aware-scorer': { parameters: { threshold: 'number' } },
  'token-load-scorer': { parameters: { queueThresholdTokens: 'number', ...LOAD } },
  'no-hit-lru-scorer': {
    parameters: { prefixPluginType: 'text', prefixPluginName: 'text', lruSize: 'number', ...PREFIX },
  },
  'context-length-aware': { parameters: { label: 'text', enableFiltering: 'flag' } },
  'latency-scorer': {
    parameters: {
      ttftWeight: 'number',
      tpotWeight: 'number',
      headroomSelectionStrategy: 'text',
      compositeKVWeight: 'number',
      compositeQueueWeight: 'number',
      compositePrefixWeight: 'number',
      ...LATENCY,
      ...PREFIX,
    },
  },
  'mm-embeddings-cache-scorer': { parameters: { producerName: 'text' } },
  'session-affinity-scorer': { experimental: true, parameters: SESSION },
  'header-label-affinity-scorer': {
    experimental: true,
    parameters: { headerName: 'text', labelKey: 'text' },
  },
  'endpoint-attribute-scorer': ALPHA,
  'topology-affinity-scorer': { experimental: true, parameters: from('topology') },
  'precise-prefix-cache-scorer': { parameters: 'any', replacedBy: 'precise-prefix-cache-producer' },
  // filters
  'decode-filter': {},
  'prefill-filter': {},
  'encode-filter': {},
  'label-selector-filter': { parameters: { matchLabels: 'any', matchExpressions: 'any' } },
  'by-label': { parameters: 'any', replacedBy: 'label-selector-filter' },
  'by-label-selector': { parameters: 'any', replacedBy: 'label-selector-filter' },
  'prefix-cache-affinity-filter': {
    parameters: {
      affinityThreshold: 'number',
      explorationProbability: 'number',
      maxTTFTPenaltyMs: 'number',
      ttftSource: 'text',
      peakPrefillThroughput: 'number',
      ...PREFIX,
      ...LATENCY,
      ...LOAD,
    },
  },
  'slo-headroom-tier-filter': { parameters: { epsilonExploreNeg: 'number', ...LATENCY } },
  'session-affinity-filter': { experimental: true, parameters: SESSION },
  'endpoint-attribute-filter': ALPHA,
  'topology-affinity-filter': {
    experimental: true,
    parameters: { minAffinity: 'text', ...from('topology') },
  },
  'utilization-filter': {
    experimental: true,
    parameters: { conditions: [{ metric: 'text', maxValue: 'number' }], fallbackOnEmpty: 'flag', ...LOAD },
  },
  // pickers and handlers of profiles
  'max-score-picker': PICKER,
  'random-picker': PICKER,
  'weighted-random-picker': PICKER,
  'single-profile-handler': {},
  'data-parallel-profile-handler': { parameters: { primaryPort: 'number' } },
  'header-profile-handler': {
    experimental: true,
    parameters: { headerName: 'text', defaultProfile: 'text' },
  },
  'disagg-profile-handler': {
    parameters: {
      stageOrder: 'text',
      profiles: { decode: 'text', prefill: 'text', encode: 'text' },
      deciders: { prefill: 'text', encode: 'text' },
    },
  },
  'disagg-headers-handler': { parameters: 'any', replacedBy: 'disagg-profile-handler' },
  'prefill-header-handler': { parameters: 'any', replacedBy: 'disagg-profile-handler' },
  'pd-profile-handler': { parameters: 'any', replacedBy: 'disagg-profile-handler' },
  'always-disagg-pd-decider': {},
  'always-disagg-multimodal-decider': {},
  'prefix-based-pd-decider': {
    parameters: { nonCachedTokens: 'number', promptTokens: 'number', ...PREFIX },
  },
  // producers
  'approx-prefix-cache-producer': {
    parameters: {
      autoTune: 'flag',
      blockSizeTokens: 'number',
      blockSize: 'number',
      maxPrefixBlocksToMatch: 'number',
      maxPrefixTokensToMatch: 'number',
      lruCapacityPerServer: 'number',
    },
  },
  'precise-prefix-cache-producer': {
    parameters: {
      tokenProcessorConfig: 'any',
      indexerConfig: 'any',
      kvEventsConfig: 'any',
      speculativeIndexing: 'flag',
      speculativeTTL: 'text',
    },
  },
  'token-producer': {
    parameters: { udsTokenizerConfig: 'any', vllm: 'any', estimate: 'any', modelName: 'text' },
  },
  tokenizer: { parameters: 'any', replacedBy: 'token-producer' },
  'inflight-load-producer': {
    parameters: {
      addEstimatedOutputTokens: 'flag',
      outputRatio: 'number',
      maxEstimatedOutputTokens: 'number',
      syncCrossReplicaState: 'flag',
      ...PREFIX,
    },
  },
  'predicted-latency-producer': { parameters: 'any' },
  'mm-embeddings-cache-producer': { parameters: { cacheSizeInMBPerServer: 'number' } },
  'session-id-producer': { parameters: { headerName: 'text', cookieName: 'text' } },
  'burst-prefix-cache-producer': ALPHA,
  'p2p-source-producer': ALPHA,
  // what the picker sees of its endpoints
  'metrics-data-source': { parameters: { ...SOURCE, port: 'number' } },
  'core-metrics-extractor': {
    parameters: { engineLabelKey: 'text', defaultEngine: 'text', engineConfigs: [ENGINE] },
  },
  'models-data-source': { parameters: SOURCE },
  'models-data-extractor': {},
  'endpoint-notification-source': {},
  'k8s-notification-source': { parameters: { group: 'text', version: 'text', kind: 'text' } },
  'topology-extractor': ALPHA,
  'dcgm-data-source': ALPHA,
  'dcgm-extractor': ALPHA,
  'file-discovery': { parameters: { path: 'text', watchFile: 'flag' } },
  // requests
  'openai-parser': {},
  'anthropic-parser': {},
  'vllmhttp-parser': {},
  'vllmgrpc-parser': {},
  'vertexai-parser': {},
  'passthrough-parser': {},
  'latency-slo-admitter': { parameters: LATENCY },
  'probabilistic-admitter': {
    parameters: {
      queueDepthThreshold: 'number',
      kvCacheUtilThreshold: 'number',
      power: 'number',
      k: 'number',
    },
  },
  'request-attribute-reporter': { parameters: { attributes: 'any' } },
  'agent-identity': { experimental: true, parameters: { additionalSessionHeaders: 'texts' } },
  'disaggregatedset-rollout-screener': ALPHA,
  // queues
  'global-strict-fairness-policy': {},
  'round-robin-fairness-policy': {},
  'program-aware-fairness': { parameters: 'any' },
  'fcfs-ordering-policy': {},
  'edf-ordering-policy': {},
  'slo-deadline-ordering-policy': {},
  'static-usage-limit-policy': { parameters: { threshold: 'number' } },
  'priority-holdback-policy': ALPHA,
  'soft-reflective-ceiling-policy': ALPHA,
  'sheddable-eviction-filter': ALPHA,
  'priority-then-time-eviction-order-policy': ALPHA,
  'utilization-detector': {
    parameters: {
      queueDepthThreshold: 'number',
      kvCacheUtilThreshold: 'number',
      metricsStalenessThreshold: 'text',
      headroom: 'number',
    },
  },
  'concurrency-detector': {
    parameters: {
      maxConcurrency: 'number',
      headroom: 'number',
      concurrencyMode: 'text',
      maxTokenConcurrency: 'number',
      ...LOAD,
    },
  },
};

/** Metrics that an engine has for each of the picker's questions: vLLM 0.33, and the picker's own for the others. */
export const METRICS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  vllm: {
    queuedRequestsSpec: ['vllm:num_requests_waiting'],
    runningRequestsSpec: ['vllm:num_requests_running'],
    kvUsageSpec: ['vllm:kv_cache_usage_perc'],
    loraSpec: ['vllm:lora_requests_info'],
    cacheInfoSpec: ['vllm:cache_config_info'],
  },
  sglang: {
    queuedRequestsSpec: ['sglang:num_queue_reqs'],
    runningRequestsSpec: ['sglang:num_running_reqs'],
    kvUsageSpec: ['sglang:token_usage'],
    cacheInfoSpec: ['sglang:cache_config_info'],
  },
};
