/** What the endpoint picker weighs when it chooses a replica. */
export const SCORERS = {
  /** Replicas that hold the beginning of the prompt. */
  prefix: 'prefix-cache-scorer',
  /** Short queues. */
  queue: 'queue-scorer',
  /** Free KV cache. */
  kvUtilization: 'kv-cache-utilization-scorer',
  /** Replicas on which the adapter is loaded, or has room. */
  lora: 'lora-affinity-scorer',
  /** The replica that answered this session before, by header `x-session-id`. */
  session: 'session-affinity-scorer',
} as const;

export type Scorer = keyof typeof SCORERS;

/** Those that llm-d calls experimental: the picker ends at once unless it is told that this is meant. */
export const EXPERIMENTAL: readonly Scorer[] = ['session'];

/** Weight of each scorer; what is absent is not asked. */
export type ScorerWeights = Readonly<Partial<Record<Scorer, number>>>;

/** Weights for common loads. `cache` is what llm-d's own chart ships. */
export const SCORER_PROFILES = {
  /** Chats and agents: prompts begin alike. */
  cache: { prefix: 3, queue: 2, kvUtilization: 2 },
  /** Prompts that have nothing in common. */
  load: { queue: 1, kvUtilization: 1 },
  /** Many adapters on one base model. */
  adapters: { lora: 3, queue: 2, kvUtilization: 2, prefix: 1 },
  /** Clients that name their session. */
  sessions: { session: 3, prefix: 2, queue: 2, kvUtilization: 2 },
} as const satisfies Record<string, ScorerWeights>;

export type ScorerProfile = keyof typeof SCORER_PROFILES;
