import type { Construct } from 'constructs';
import type { ObservedStart } from '../core';
import type { BatchLimits, Profile } from './batch-limits';
import type { ReplicaProps } from './gpu-replica';
import type { LmCache } from './lmcache';
import { ModelServer, type ModelServerProps } from './model-server';
import type { NodeGroupProps } from './node-group';
import type { Speculation } from './speculation';
import type { ExpertParallel, SpreadProps } from './spread';
import { vllmPod } from './vllm-pod';
import type { WeightsProps } from './weights';

export interface VllmServiceProps
  extends ModelServerProps,
    ReplicaProps,
    NodeGroupProps,
    SpreadProps,
    WeightsProps,
    Partial<BatchLimits> {
  /**
   * Experts stay whole, each on one GPU; vLLM's `enable-expert-parallel`. With `dataParallel` for much load, and for
   * models whose experts so many GPUs cannot cut.
   * @default false
   */
  readonly expertParallel?: boolean | ExpertParallel;
  /**
   * Each rank of `dataParallel` answers at a port of its own, so that a picker chooses among them by their queues and
   * caches; on one node. Else one port answers for all, and the replica chooses by its queues.
   * @default false
   */
  readonly rankPorts?: boolean;
  /**
   * What the model does: answer, turn texts into vectors or scores, or write down speech.
   * @default 'generate'
   */
  readonly task?: 'generate' | 'embed' | 'rerank' | 'transcribe';
  /**
   * Batch limits by what counts more: how soon an answer comes, or how many come in all. `maxSequences` and
   * `batchedTokens` win over it.
   * @default - between the two: 256 requests, and the engine's own steps for the card (8192 tokens from 70 GiB on that is no
   * A100, else 2048)
   */
  readonly profile?: Profile;
  /**
   * Part of the GPU's memory that the engine takes; vLLM's `gpu-memory-utilization`.
   * @default 0.92
   */
  readonly utilization?: number;
  /**
   * Slowest start that is still healthy, from the start of the container.
   * @default - from the size of the weights and the way they come
   */
  readonly startupSeconds?: number;
  /**
   * Image of the engine.
   * @default - vLLM's own
   */
  readonly image?: string;
  /**
   * Quantization method of the checkpoint or made at load, such as `fp8`; vLLM's `quantization`.
   * @default - what the checkpoint says of itself
   */
  readonly quantization?: string;
  /**
   * Number format of the KV cache, such as `fp8`; vLLM's `kv-cache-dtype`.
   * @default - the model's own
   */
  readonly kvCacheDtype?: string;
  /**
   * The model's config.json, for one that the catalog does not have; sizing reads it, the server its own.
   * @default - the catalog's
   */
  readonly config?: Readonly<Record<string, unknown>>;
  /**
   * A start that was measured on this card with these options: it settles a fit that arithmetic leaves open.
   * @default - none: what is unproven is refused
   */
  readonly observed?: ObservedStart;
  /**
   * Keep the cache of prompts that begin alike.
   * @default - the engine's own: it does, where the model can
   */
  readonly prefixCaching?: boolean;
  /**
   * Memory of the host that takes what the GPUs' cache has no more room for, of all GPUs together.
   * @default - none
   */
  readonly kvOffloadGiB?: number;
  /**
   * The same by LMCache, in a process of its own: memory of the host, and disk of the node when that is full.
   * @default - none
   */
  readonly lmcache?: LmCache;
  /**
   * Reads tool calls out of answers; 'none' switches it off.
   * @default - the one of the model's family
   */
  readonly toolParser?: string;
  /**
   * Takes thoughts out of answers; 'none' leaves them in.
   * @default - the one of the model's family
   */
  readonly reasoningParser?: string;
  /**
   * Who holds an answer to a schema.
   * @default - the engine chooses by request
   */
  readonly structuredOutputs?: 'xgrammar' | 'guidance' | 'outlines';
  /**
   * Guess tokens ahead.
   * @default - none
   */
  readonly speculative?: Speculation;
  /**
   * Most images, videos and sounds of one request; 0 saves the memory of their encoder.
   * @default - the engine's own: 999 of each
   */
  readonly mediaPerPrompt?: { readonly image?: number; readonly video?: number; readonly audio?: number };
  /**
   * Further options of `vllm serve`, compared with those of the pinned version.
   * @default - none
   */
  readonly extraArgs?: readonly string[];
}

/** One model served by vLLM behind one OpenAI-compatible Service. */
export class VllmService extends ModelServer {
  constructor(scope: Construct, id: string, props: VllmServiceProps) {
    const opened = props.rankPorts ? { rankPorts: props.dataParallel } : {};
    super(scope, id, props, (server, settings) => vllmPod(server, props, settings), opened);
  }
}
