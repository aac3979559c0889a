import type { Construct } from 'constructs';
import { findModel } from '../catalog';
import { images, type PodResources } from '../core';
import { adapterRoom } from './adapters';
import { batchLimits } from './batch-limits';
import { parsersOf } from './families';
import {
  type KeptInMemory,
  onDevice,
  replicaResources,
  replicaSharedMemory,
  startupSeconds,
} from './gpu-replica';
import { ENGINE_ADDRESS, engineEvents, kvEvents, mustCache } from './kv-events';
import { keptByLmCache, lmcacheKeeper, mustKeep, OWNED_WITH_LMCACHE, REFUSED_WITH_LMCACHE } from './lmcache';
import {
  EFA_ENV,
  groupEnv,
  memberSeconds,
  mustWorkAsGroup,
  REFUSED_IN_GROUPS,
  vllmGroupArgs,
} from './node-group';
import { mustOpenRanks, OWNED_WITH_RANK_PORTS, rankPortFlags, rankPorts, SUPERVISED } from './rank-ports';
import type { ServerPod, ServerSettings } from './server-pod';
import { mustShareWords, speculationFacts, speculativeConfig } from './speculation';
import { layoutOf, spreadStart } from './spread';
import { flagged, OWNED, OWNED_WITH_EVENTS, REFUSED, spreadFlags } from './vllm-arguments';
import { mustBePart, mustGenerate, mustHear, mustQuantize, mustRead, mustSee } from './vllm-checks';
import { AS_USER, UNTOLD, VLLM_HOME } from './vllm-env';
import { checkFlags, checkWord } from './vllm-flags';
import type { VllmServiceProps } from './vllm-service';
import { isBucket, type Loading, loading, podOf } from './weights';

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
