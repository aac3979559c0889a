import type { Construct } from 'constructs';
import { findCheckpoint, instances } from '../catalog';
import { images, PlatformError, type PodResources } from '../core';
import { overhead, visibleGiB } from '../sizing';
import { type BatchLimits, batchLimits, type Profile } from './batch-limits';
import { parsersOf } from './families';
import { onDevice, type ReplicaProps, replicaResources, startupSeconds } from './gpu-replica';
import { ModelServer, type ModelServerProps } from './model-server';
import {
  EFA_ENV,
  groupEnv,
  memberSeconds,
  mustWorkAsGroup,
  type NodeGroupProps,
  sglangGroupArgs,
} from './node-group';
import type { ServerPod, ServerSettings } from './server-pod';
import { checkSglangWord } from './sglang-words';
import { type ExpertBalance, type Layout, layoutOf, type SpreadProps, spreadStart } from './spread';
import { isBucket, loading, podOf, type WeightsProps } from './weights';

export interface SglangServiceProps
  extends Omit<ModelServerProps, 'adapters' | 'kvEvents'>,
    ReplicaProps,
    NodeGroupProps,
    SpreadProps,
    Omit<WeightsProps, 'load'>,
    Partial<BatchLimits> {
  /**
   * Experts stay whole, each on one GPU; SGLang's `ep-size`.
   * @default false
   */
  readonly expertParallel?: boolean | ExpertBalance;
  /**
   * Batch limits by what counts more: how soon an answer comes, or how many come in all.
   * @default - between the two: 256 requests, and vLLM's own steps for the card
   */
  readonly profile?: Profile;
  /**
   * Part of the GPU's memory that the engine takes, as vLLM counts it; SGLang's `mem-fraction-static`, which leaves out
   * work memory, follows from it.
   * @default 0.9
   */
  readonly utilization?: number;
  /**
   * Slowest start that is still healthy, from the start of the container.
   * @default - from the size of the weights and the way they come
   */
  readonly startupSeconds?: number;
  /**
   * Image of the engine.
   * @default - SGLang's own
   */
  readonly image?: string;
  /**
   * Quantization method, such as `fp8`.
   * @default - what the checkpoint says of itself
   */
  readonly quantization?: string;
  /**
   * Number format of the KV cache.
   * @default - the model's own
   */
  readonly kvCacheDtype?: string;
  /**
   * Keep the cache of prompts that begin alike.
   * @default true
   */
  readonly prefixCaching?: boolean;
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
}

/** One model served by SGLang: the same contract, Service and facts as `VllmService`. */
export class SglangService extends ModelServer {
  constructor(scope: Construct, id: string, props: SglangServiceProps) {
    super(scope, id, props, (server, settings) => sglangPod(server, props, settings));
  }
}

const HOME = '/home/sglang';

/** The pod of a server on SGLang. */
export function sglangPod(server: Construct, props: SglangServiceProps, settings: ServerSettings): ServerPod {
  const { gpus = 1, nodes = 1, utilization = 0.9, prefixCaching = true } = props;
  const { context, replicas, key, port = 8000 } = settings;
  const limits = batchLimits(server, props);
  const family = parsersOf(props.model, 'sglang');
  const { toolParser = family.toolCalls ?? 'none', reasoningParser = family.reasoning ?? 'none' } = props;
  // What others call fp8 has no name of its own here.
  const kvCacheDtype = props.kvCacheDtype === 'fp8' ? 'fp8_e4m3' : props.kvCacheDtype;
  if (kvCacheDtype) checkSglangWord(server, 'kvCacheDtype', '--kv-cache-dtype', kvCacheDtype);
  if (props.quantization) checkSglangWord(server, 'quantization', '--quantization', props.quantization);
  if (props.toolParser && toolParser !== 'none')
    checkSglangWord(server, 'toolParser', '--tool-call-parser', toolParser);
  if (props.reasoningParser && reasoningParser !== 'none')
    checkSglangWord(server, 'reasoningParser', '--reasoning-parser', reasoningParser);
  // Its image has neither the streamer nor a client for S3: weights come by the disk, fetched by one that has.
  const weights = loading(server, {
    ...props,
    ...(isBucket(props.weights) ? { load: 'copy' as const } : {}),
    gpus,
    drafts: [],
    adapters: {},
    // What only waits needs no more than Python, which the pod has anyway.
    image: isBucket(props.weights) ? images.litellm : (props.image ?? images.sglang),
  });
  const starts =
    props.startupSeconds ??
    startupSeconds(props.model, weights.secondsPerGiB, props.quantization) + memberSeconds(props);
  mustBePart(server, utilization);
  mustWorkAsGroup(server, props, images.sglang);
  const layout = layoutOf(server, 'sglang', props);
  const inGroup = nodes > 1 ? sglangGroupArgs(nodes, starts) : undefined;
  const efa = nodes > 1 ? props.pool.efa : undefined;
  const resources: PodResources = {
    ...replicaResources(server, props),
    ...(efa ? { devices: { [efa.resource]: efa.perNode } } : {}),
  };
  const args = engineArgs();

  return {
    engine: 'sglang',
    tells: 'sglang',
    ranks: layout.ranks,
    ...onDevice(server, props, replicas, nodes),
    weights: weights.from,
    start: {
      ...limits,
      utilization,
      task: 'generate',
      ...(props.quantization ? { quantization: props.quantization } : {}),
      ...(kvCacheDtype ? { kvCacheDtype } : {}),
      ...spreadStart('sglang', layout, gpus),
    },
    image: props.image ?? images.sglang,
    command: ['python3', '-m', 'sglang.launch_server'],
    args: [...args, ...(inGroup?.leader ?? [])],
    // Each node tells of the ranks that are on it.
    ...(inGroup
      ? { group: { nodes, workerArgs: [...args, ...inGroup.worker], allTell: layout.ranks > 1 } }
      : {}),
    env: {
      HOME,
      // torch looks up the name of the user, whom the image does not know.
      USER: 'sglang',
      ...weights.env,
      HF_HUB_DISABLE_TELEMETRY: '1',
      ...(key ? { SGLANG_API_KEY: key } : {}),
      ...(nodes > 1 ? groupEnv('SGLANG_HOST_IP') : {}),
      ...(efa ? EFA_ENV : {}),
    },
    // The other door, /health_generate, answers a prompt: busy would look like dead.
    ready: { path: '/health', timeoutSeconds: 5 },
    resources,
    writable: { [HOME]: '20Gi', ...weights.writable },
    ...podOf(weights),
    // Its processes exchange requests through it, even on one GPU.
    sharedMemory: `${Math.max(4, 2 * gpus)}Gi`,
    startupSeconds: starts,
  };

  function engineArgs(): string[] {
    return [
      `--model-path=${weights.model}`,
      `--served-model-name=${settings.alias ?? server.node.id}`,
      // Its own are 127.0.0.1 and 30000, where nobody would reach it.
      '--host=0.0.0.0',
      `--port=${port}`,
      ...spreadFlags(layout),
      ...(context === undefined ? [] : [`--context-length=${context}`]),
      // Of all ranks, which get equal parts.
      `--max-running-requests=${limits.maxSequences * layout.ranks}`,
      `--chunked-prefill-size=${limits.batchedTokens * layout.ranks}`,
      `--mem-fraction-static=${staticFraction(props, layout, limits, utilization)}`,
      // Without it there are no metrics: nothing would scale it or watch it.
      '--enable-metrics',
      ...(props.quantization ? [`--quantization=${props.quantization}`] : []),
      ...(kvCacheDtype ? [`--kv-cache-dtype=${kvCacheDtype}`] : []),
      ...(prefixCaching ? [] : ['--disable-radix-cache']),
      ...(toolParser === 'none' ? [] : [`--tool-call-parser=${toolParser}`]),
      ...(reasoningParser === 'none' ? [] : [`--reasoning-parser=${reasoningParser}`]),
      ...(weights.from === 'hub' && props.revision ? [`--revision=${props.revision}`] : []),
      // The kubelet fills it in: the manifest holds a name, not a key.
      ...(key ? ['--api-key=$(SGLANG_API_KEY)'] : []),
    ];
  }
}

/** How GPUs share the work. Its tensor parallelism counts all GPUs, whose ranks it then divides into attention of their own. */
function spreadFlags({ tensor, ranks, experts }: Layout): readonly string[] {
  const all = tensor * ranks;
  return [
    `--tensor-parallel-size=${all}`,
    ...(ranks > 1 ? [`--data-parallel-size=${ranks}`, '--enable-dp-attention'] : []),
    ...(experts ? [`--expert-parallel-size=${all}`] : []),
    ...(experts?.redundantExperts === undefined
      ? []
      : ['--enable-eplb', `--ep-num-redundant-experts=${experts.redundantExperts}`]),
  ];
}

/** Taken for work memory where nobody knows the model or the card. */
const UNKNOWN_WORK = 0.12;

/**
 * Weights and cache alone, of what `utilization` means with work memory in it: so the arithmetic that proves the fit, and
 * the words in which it is discussed, are the same for both engines.
 */
function staticFraction(
  { pool, model }: SglangServiceProps,
  { tensor, ranks, experts }: Layout,
  limits: BatchLimits,
  utilization: number,
): number {
  const found = findCheckpoint(model);
  const card = instances().find(({ gpu }) => gpu?.name === pool.gpu)?.gpu;
  if (!found || !card) return rounded(utilization - UNKNOWN_WORK);
  const spread = { tensorParallel: tensor, dataParallel: ranks, expertParallel: experts !== undefined };
  const visible = visibleGiB(card);
  const work = overhead(found.model, { ...limits, spread });
  return rounded(utilization - (work.activationGiB + work.nonTorchGiB + work.graphsGiB) / visible);
}

/** Down, so that what is promised is there; at least something, for the proof to refuse with its reasons. */
const rounded = (part: number): number => Math.max(0.1, Math.floor(part * 1000) / 1000);

function mustBePart(server: Construct, utilization: number): void {
  if (utilization > 0 && utilization <= 1) return;
  throw new PlatformError(server, {
    what: `'utilization' is ${utilization}`,
    why: "it is a part of the GPU's memory, above 0 and at most 1",
    fix: 'write a part, such as 0.9',
  });
}
