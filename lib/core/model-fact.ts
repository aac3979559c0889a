/** One served model: what the screen lists, and what later proofs size. */
export interface ModelFact {
  readonly alias: string;
  readonly model: string;
  readonly engine: string;
  /** Works requests off and ends; absent for one that serves. */
  readonly batch?: boolean;
  readonly pool?: string;
  /** GPUs of one replica, on all of its nodes. */
  readonly gpusPerReplica: number;
  /** Nodes of one replica, which work as one; absent where it runs on one. */
  readonly nodes?: number;
  /** What it does of each answer, where others do the rest; absent for one that does all. */
  readonly role?: 'prefill' | 'decode';
  /** How the cache of a prompt comes from those that read prompts to those that answer. */
  readonly transfer?: 'efa' | 'tcp';
  /** MIG slice that each replica runs on, such as `3g.40gb`. */
  readonly slice?: string;
  /** Pods that share one GPU in turns; absent where it has the GPU for itself. */
  readonly sharedBy?: number;
  readonly context?: number;
  readonly replicas: { readonly min: number; readonly max: number };
  /** How its engine is started; absent for one that holds no weights. */
  readonly start?: ModelStart;
  /** Where each replica loads its weights from; absent for one that holds none. */
  readonly weights?: WeightsOrigin;
  /** Whether a Job asks it before anybody else does; absent for one that does not serve. */
  readonly smokeTested?: boolean;
  /** What it was measured to take of each GPU, for an engine whose models nobody here can size. */
  readonly takes?: MeasuredGpu;
  /** Name of what scalers scale; absent where it is called like the model. */
  readonly scaleTarget?: string;
  /** Engine in whose words its pods tell their metrics; absent where that is its own. */
  readonly tells?: string;
}

/**
 * Where weights come from: the model hub, the bucket of the platform, the disks of the node, the bucket seen as a file
 * system, or an image.
 */
export type WeightsOrigin = 'hub' | 's3' | 'nvme' | 'mountpoint' | 'image';

/** Memory of a GPU that a server was seen to take, under load. */
export interface MeasuredGpu {
  /** GiB on each GPU, at its most. */
  readonly gpuGiB: number;
  /** The card, as pools name it. */
  readonly on: string;
}

/** What decides the memory that a model server takes. */
export interface ModelStart {
  readonly utilization: number;
  readonly batchedTokens: number;
  readonly maxSequences: number;
  readonly task: 'generate' | 'embed' | 'rerank' | 'transcribe';
  readonly quantization?: string;
  readonly kvCacheDtype?: string;
  readonly dtype?: string;
  /** GPUs that share each layer; absent for all those of a node. */
  readonly tensorParallel?: number;
  /** Ranks that each work on requests of their own, and share the experts; absent for one. */
  readonly dataParallel?: number;
  /** GPUs that cut the feed-forward layers which every token passes; absent for those that share each layer. */
  readonly denseParallel?: number;
  /** Experts stay whole, each on one GPU. */
  readonly expertParallel?: boolean;
  /** Experts held a second time; absent where load is not balanced. */
  readonly redundantExperts?: number;
  /** Each GPU must hold as many experts as every other. */
  readonly evenExperts?: boolean;
  /** Further options that take memory which nobody counts, such as `--block-size`. */
  readonly uncounted?: readonly string[];
  /** LoRA adapters that lie ready on the GPU: how many at once, and the rank that room is made for. */
  readonly adapters?: { readonly slots: number; readonly rank: number };
  /** Tokens guessed ahead in one step, by a model of its own or by the words of the prompt. */
  readonly speculative?: { readonly tokens: number; readonly model?: string };
  /** A process beside the engine's own keeps caches, and opens each of its GPUs for that. */
  readonly cacheServer?: boolean;
  /** The model's config.json, where the catalog does not have it. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** A start that somebody measured, which settles what arithmetic leaves open. */
  readonly observed?: ObservedStart;
}

/** A measured start: what it left for the cache, and under which circumstances. */
export interface ObservedStart {
  /** GiB left for the cache on each GPU. */
  readonly kvGiB: number;
  /** The card, as pools name it. */
  readonly on: string;
  /** On each node. */
  readonly gpus?: number;
  readonly nodes?: number;
  readonly dataParallel?: number;
  readonly redundantExperts?: number;
  /** Version of vLLM. */
  readonly vllm: string;
  /** Tokens of one request that it started with. */
  readonly context?: number;
  readonly utilization?: number;
  readonly batchedTokens?: number;
  readonly maxSequences?: number;
  readonly kvCacheDtype?: string;
  /** Where the numbers can be read. */
  readonly source?: string;
}
