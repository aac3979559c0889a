import type { Construct } from 'constructs';
import { findModel } from '../catalog';
import { images, type ObservedStart, type PodResources } from '../core';
import { adapterRoom } from './adapters';
import { type BatchLimits, batchLimits, type Profile } from './batch-limits';
import { parsersOf } from './families';
import {
  type KeptInMemory,
  onDevice,
  type ReplicaProps,
  replicaResources,
  replicaSharedMemory,
  startupSeconds,
} from './gpu-replica';
import { ENGINE_ADDRESS, engineEvents, kvEvents, mustCache } from './kv-events';
import {
  keptByLmCache,
  type LmCache,
  lmcacheKeeper,
  mustKeep,
  OWNED_WITH_LMCACHE,
  REFUSED_WITH_LMCACHE,
} from './lmcache';
import { ModelServer, type ModelServerProps } from './model-server';
import {
  EFA_ENV,
  groupEnv,
  memberSeconds,
  mustWorkAsGroup,
  type NodeGroupProps,
  REFUSED_IN_GROUPS,
  vllmGroupArgs,
} from './node-group';
import { mustOpenRanks, OWNED_WITH_RANK_PORTS, rankPortFlags, rankPorts, SUPERVISED } from './rank-ports';
import type { ServerPod, ServerSettings } from './server-pod';
import { mustShareWords, type Speculation, speculationFacts, speculativeConfig } from './speculation';
import { type ExpertParallel, layoutOf, type SpreadProps, spreadStart } from './spread';
import { flagged, OWNED, OWNED_WITH_EVENTS, REFUSED, spreadFlags } from './vllm-arguments';
import { mustBePart, mustGenerate, mustHear, mustQuantize, mustRead, mustSee } from './vllm-checks';
import { AS_USER, UNTOLD, VLLM_HOME } from './vllm-env';
import { checkFlags, checkWord } from './vllm-flags';
import { isBucket, type Loading, loading, podOf, type WeightsProps } from './weights';

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

/** Part of the host's memory that weights pass through on their way to the GPUs. */
const STREAM_SHARE = 0.4;

/** The pod of a server, whoever makes it. */
export function vllmPod(server: Construct, props: VllmServiceProps, settings: ServerSettings): ServerPod {
  const { gpus = 1, nodes = 1, task = 'generate', utilization = 0.92, extraArgs = [] } = props;
  const { context, drainSeconds, replicas, key, port = 8000 } = settings;
  const { maxSequences, batchedTokens } = batchLimits(
    server,
    props,
    poolsTexts(task) ? (context ?? longestText(props.model)) : 0,
  );
  const room = adapterRoom(server, settings.adapters);
  const guesses = props.speculative && speculationFacts(props.speculative);
  const more = flagged(extraArgs);
  const layout = layoutOf(server, 'vllm', props);
  const exchange = layout.experts?.all2all;
  const uncounted = [
    ...(more.uncounted ?? []),
    ...(guesses?.uncounted ?? []),
    // Its buffers grow with experts, ranks and tokens, by a rule of each version.
    ...(exchange?.startsWith('deepep') ? [`--all2all-backend=${exchange}`] : []),
  ];
  const image = props.image ?? images.vllm;
  const { model: draft } = props.speculative ?? {};
  const { adapters } = settings;
  mustWorkAsGroup(server, props, images.vllm);
  mustOpenRanks(server, props);
  const asked = nodes > 1 && isBucket(props.weights) ? { ...props, load: 'copy' as const } : props;
  const weights = loading(server, { ...asked, gpus, adapters, drafts: draft ? [draft] : [], image });
  const starts =
    props.startupSeconds ??
    startupSeconds(props.model, weights.secondsPerGiB, props.quantization) + memberSeconds(props);
  const efa = nodes > 1 ? props.pool.efa : undefined;
  const resources: PodResources = {
    ...replicaResources(server, props, keptBy(props)),
    ...(efa ? { devices: { [efa.resource]: efa.perNode } } : {}),
  };

  mustBePart(server, utilization);
  mustGenerate(server, props);
  mustHear(server, props);
  mustSee(server, props);
  mustQuantize(server, props.quantization);
  mustCache(server, props);
  mustKeep(server, { ...props, adapters });
  if (props.config) mustRead(server, props.config, props.model);
  if (props.speculative) mustShareWords(server, props.model, props.speculative);
  const events = props.kvEvents ? kvEvents('replica') : undefined;
  const keeper = props.lmcache && lmcacheKeeper(props.lmcache, gpus, image);
  const owned = {
    ...OWNED,
    ...(events ? OWNED_WITH_EVENTS : {}),
    ...(keeper ? OWNED_WITH_LMCACHE : {}),
    ...(settings.rankPorts ? OWNED_WITH_RANK_PORTS : {}),
  };
  const refused = {
    ...REFUSED,
    ...(nodes > 1 ? REFUSED_IN_GROUPS : {}),
    ...(keeper ? REFUSED_WITH_LMCACHE : {}),
  };
  checkFlags(server, extraArgs, owned, refused);
  const inGroup = nodes > 1 ? vllmGroupArgs(nodes, layout, starts) : undefined;
  const args = engineArgs();

  return {
    engine: 'vllm',
    tells: 'vllm',
    ranks: layout.ranks,
    ...(settings.rankPorts ? { ...SUPERVISED, rankPorts: rankPorts(port, layout.ranks) } : {}),
    ...onDevice(server, props, replicas, nodes),
    weights: weights.from,
    start: {
      utilization,
      batchedTokens,
      maxSequences,
      task,
      ...(props.quantization ? { quantization: props.quantization } : {}),
      ...(props.kvCacheDtype ? { kvCacheDtype: props.kvCacheDtype } : {}),
      ...more,
      ...spreadStart('vllm', layout, gpus),
      ...(props.config ? { config: props.config } : {}),
      ...(props.observed ? { observed: props.observed } : {}),
      ...(room ? { adapters: room } : {}),
      ...(guesses ? { speculative: guesses.speculative } : {}),
      ...(keeper ? { cacheServer: true } : {}),
      ...(uncounted.length ? { uncounted } : {}),
    },
    image,
    args: [...args, ...doors(), ...(inGroup?.leader ?? [])],
    ...(inGroup ? { group: { nodes, workerArgs: [...args, ...inGroup.worker] } } : {}),
    env: {
      ...AS_USER,
      ...weights.env,
      ...UNTOLD,
      // Its own limit of 600 s would end a start that the probes still allow.
      VLLM_ENGINE_READY_TIMEOUT_S: `${starts}`,
      // Its 5 s are shorter than a gateway keeps connections, which it would find reset.
      VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '120',
      ...(key ? { VLLM_API_KEY: key } : {}),
      ...(nodes > 1 ? groupEnv('VLLM_HOST_IP') : {}),
      ...(events ? ENGINE_ADDRESS : {}),
      ...(efa ? EFA_ENV : {}),
      ...keeper?.env,
    },
    resources,
    // Compiled kernels and graphs below the home directory; the root file system is read-only.
    writable: { [VLLM_HOME]: '20Gi', ...weights.writable, ...keeper?.writable },
    ...podOf(weights),
    // Before the weights: it takes seconds.
    ...(keeper ? { init: { ...keeper.init, ...weights.init } } : {}),
    ...replicaSharedMemory(gpus, props.kvOffloadGiB),
    ...(events ? { kvEvents: events } : {}),
    startupSeconds: starts,
  };

  /** Processes that take requests: else as many as there are ranks on all nodes. */
  function doors(): readonly string[] {
    if (layout.ranks < 2 || extraArgs.some((arg) => arg.startsWith('--api-server-count'))) return [];
    return settings.rankPorts ? rankPortFlags(layout.ranks) : [`--api-server-count=${layout.ranksPerNode}`];
  }

  function engineArgs(): string[] {
    return [
      weights.model,
      `--served-model-name=${settings.alias ?? server.node.id}`,
      `--port=${port}`,
      ...spreadFlags(layout),
      `--max-model-len=${context ?? 'auto'}`,
      `--max-num-seqs=${maxSequences}`,
      `--max-num-batched-tokens=${batchedTokens}`,
      `--gpu-memory-utilization=${utilization}`,
      `--shutdown-timeout=${drainSeconds}`,
      ...(poolsTexts(task) ? ['--runner=pooling'] : []),
      ...loadFlags(props, weights, resources),
      ...formatFlags(server, props),
      ...cacheFlags(props),
      ...(events ? engineEvents(server.node.id, events) : []),
      ...(keeper?.args ?? []),
      ...(task === 'generate' ? answerFlags(server, props) : []),
      ...(props.speculative
        ? [`--speculative-config=${speculativeConfig(server, props.speculative, weights.pathOf)}`]
        : []),
      ...(props.mediaPerPrompt ? [`--limit-mm-per-prompt=${JSON.stringify(props.mediaPerPrompt)}`] : []),
      ...(room
        ? [
            '--enable-lora',
            `--max-loras=${room.slots}`,
            `--max-lora-rank=${room.rank}`,
            `--max-cpu-loras=${Object.keys(adapters).length}`,
            '--lora-modules',
            ...Object.keys(adapters).map((name) => `${name}=${weights.adapterPath(name)}`),
          ]
        : []),
      ...extraArgs,
    ];
  }
}

/** Caches that stay in the memory of the host. */
function keptBy({ kvOffloadGiB, lmcache, gpus = 1 }: VllmServiceProps): KeptInMemory | undefined {
  if (lmcache) return keptByLmCache(lmcache, gpus);
  return kvOffloadGiB ? { key: 'kvOffloadGiB', GiB: kvOffloadGiB } : undefined;
}

const poolsTexts = (task: VllmServiceProps['task']): boolean => task === 'embed' || task === 'rerank';

/** Where weights come from, and through how much of the host's memory: its own 40 GB a process are more than many nodes have. */
function loadFlags(
  { gpus = 1, revision }: VllmServiceProps,
  { from, streams, remote }: Loading,
  { memory }: PodResources,
) {
  if (from === 'hub') return revision ? [`--revision=${revision}`] : [];
  // Mapped files would be read in small pieces, each asked for over the network.
  if (remote) return ['--safetensors-load-strategy=eager'];
  if (!streams) return [];
  // Each GPU has a process with a buffer of its own, which it fills up to its limit.
  const each = (Number.parseInt(memory, 10) * STREAM_SHARE) / gpus;
  const limit = Math.floor(Math.min(40, each)) * 2 ** 30;
  const extra = { ...(gpus > 1 ? { distributed: true } : {}), concurrency: 16, memory_limit: limit };
  return ['--load-format=runai_streamer', `--model-loader-extra-config=${JSON.stringify(extra)}`];
}

function formatFlags(server: Construct, { quantization, kvCacheDtype }: VllmServiceProps): string[] {
  if (kvCacheDtype) checkWord(server, 'kvCacheDtype', '--kv-cache-dtype', kvCacheDtype);
  return [
    ...(quantization ? [`--quantization=${quantization}`] : []),
    ...(kvCacheDtype ? [`--kv-cache-dtype=${kvCacheDtype}`] : []),
  ];
}

function cacheFlags({ prefixCaching, kvOffloadGiB }: VllmServiceProps): string[] {
  return [
    ...(prefixCaching === undefined ? [] : [`--${prefixCaching ? 'enable' : 'disable'}-prefix-caching`]),
    ...(kvOffloadGiB ? [`--kv-offloading-size=${kvOffloadGiB}`] : []),
  ];
}

/** How answers are read: tool calls, thoughts, schemas. */
function answerFlags(server: Construct, props: VllmServiceProps): string[] {
  const family = parsersOf(props.model);
  const { toolParser = family.toolCalls ?? 'none', reasoningParser = family.reasoning ?? 'none' } = props;
  const { structuredOutputs } = props;
  if (props.toolParser && toolParser !== 'none')
    checkWord(server, 'toolParser', '--tool-call-parser', toolParser);
  if (props.reasoningParser && reasoningParser !== 'none')
    checkWord(server, 'reasoningParser', '--reasoning-parser', reasoningParser);
  return [
    ...(toolParser === 'none' ? [] : ['--enable-auto-tool-choice', `--tool-call-parser=${toolParser}`]),
    ...(reasoningParser === 'none' ? [] : [`--reasoning-parser=${reasoningParser}`]),
    ...(structuredOutputs
      ? [`--structured-outputs-config=${JSON.stringify({ backend: structuredOutputs })}`]
      : []),
  ];
}

/** An encoder reads a text in one step: without a context of its own it is asked for all that it can read. */
function longestText(name: string): number {
  const model = findModel(name);
  return model?.cache.every(({ kind }) => kind === 'encoder') ? model.maxContext : 0;
}
