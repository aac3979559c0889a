import type { Construct } from 'constructs';
import { findModel } from '../catalog';
import type { INodePool } from '../contracts';
import { didYouMean, images, type ModelStart, PlatformError, type SecretRef } from '../core';
import { ModelServer, type ModelServerProps, type ServerPod, type ServerSettings } from './model-server';
import { QUANTIZATIONS } from './quantizations';
import { checkFlags, vllmFlags } from './vllm-flags';

export interface VllmServiceProps extends ModelServerProps {
  /** Nodes to run on. */
  readonly pool: INodePool;
  /**
   * GPUs of one replica; vLLM's tensor-parallel size.
   * @default 1
   */
  readonly gpus?: number;
  /**
   * What the model does: answer, or turn texts into vectors or scores.
   * @default 'generate'
   */
  readonly task?: 'generate' | 'embed' | 'rerank';
  /**
   * Part of the GPU's memory that the engine takes; vLLM's `gpu-memory-utilization`.
   * @default 0.92
   */
  readonly utilization?: number;
  /**
   * Requests worked on at once; vLLM's `max-num-seqs`.
   * @default 256
   */
  readonly maxSequences?: number;
  /**
   * Tokens of one step; vLLM's `max-num-batched-tokens`.
   * @default - 8192; of a model that does not generate at least its context, since some cannot split a prompt
   */
  readonly batchedTokens?: number;
  /**
   * Slowest start that is still healthy: pulling the image, downloading and loading the weights, compiling.
   * @default 1200
   */
  readonly startupSeconds?: number;
  /**
   * CPU cores of one replica.
   * @default - 4 for each GPU, or the GPUs' share of the pool's smallest node where that is less
   */
  readonly cpu?: number;
  /**
   * Memory of one replica, shared memory included.
   * @default - 32 for each GPU, or the GPUs' share of the pool's smallest node where that is less
   */
  readonly memoryGiB?: number;
  /**
   * Room for the downloaded weights.
   * @default 200
   */
  readonly weightsGiB?: number;
  /**
   * Token of the model hub, for models behind a licence.
   * @default - none: the model is open
   */
  readonly hubToken?: SecretRef;
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
   * Further options of `vllm serve`, compared with those of the pinned version.
   * @default - none
   */
  readonly extraArgs?: readonly string[];
}

/** One model served by vLLM behind one OpenAI-compatible Service. */
export class VllmService extends ModelServer {
  constructor(scope: Construct, id: string, props: VllmServiceProps) {
    super(scope, id, props, (server, settings) => vllmPod(server, props, settings));
  }
}

/** Options that the construct writes, with what to do instead. */
const OWNED: Readonly<Record<string, string>> = {
  '--model': "use the prop 'model'",
  '--served-model-name': 'name the construct so: the served name is its id',
  '--host': 'delete it: the server listens on every address of its pod',
  '--port': 'delete it: the Service, the probes and the policies follow port 8000',
  '--max-model-len': "use the prop 'context'",
  '--max-num-seqs': "use the prop 'maxSequences'",
  '--max-num-batched-tokens': "use the prop 'batchedTokens'",
  '--gpu-memory-utilization': "use the prop 'utilization'",
  '--device-memory-utilization': "use the prop 'utilization'",
  '--tensor-parallel-size': "use the prop 'gpus'",
  '--runner': "use the prop 'task'",
  '--quantization': "use the prop 'quantization'",
  '--kv-cache-dtype': "use the prop 'kvCacheDtype'",
  '--shutdown-timeout': "use the prop 'drainSeconds'",
};

const HOME = '/home/vllm';
const WEIGHTS = '/weights';

function vllmPod(server: Construct, props: VllmServiceProps, settings: ServerSettings): ServerPod {
  const { pool, gpus = 1, task = 'generate', utilization = 0.92, maxSequences = 256 } = props;
  const { extraArgs = [], startupSeconds = 1200, weightsGiB = 200, hubToken } = props;
  const { context, drainSeconds, replicas } = settings;
  const batchedTokens =
    props.batchedTokens ??
    (task === 'generate' ? 8192 : Math.max(8192, context ?? longestText(settings.model)));

  mustShareNode(server, gpus, pool);
  mustBatch(server, utilization, maxSequences, batchedTokens);
  mustQuantize(server, props.quantization);
  checkFlags(server, extraArgs, OWNED);

  return {
    engine: 'vllm',
    pool: pool.name,
    downloads: true,
    start: {
      utilization,
      batchedTokens,
      maxSequences,
      task,
      ...(props.quantization ? { quantization: props.quantization } : {}),
      ...(props.kvCacheDtype ? { kvCacheDtype: props.kvCacheDtype } : {}),
      ...flagged(extraArgs),
    },
    image: images.vllm,
    args: [
      settings.model,
      `--served-model-name=${server.node.id}`,
      '--port=8000',
      `--tensor-parallel-size=${gpus}`,
      `--max-model-len=${context ?? 'auto'}`,
      `--max-num-seqs=${maxSequences}`,
      `--max-num-batched-tokens=${batchedTokens}`,
      `--gpu-memory-utilization=${utilization}`,
      `--shutdown-timeout=${drainSeconds}`,
      ...(task === 'generate' ? [] : ['--runner=pooling']),
      ...(props.quantization ? [`--quantization=${props.quantization}`] : []),
      ...(props.kvCacheDtype ? [`--kv-cache-dtype=${props.kvCacheDtype}`] : []),
      ...extraArgs,
    ],
    env: {
      HOME,
      // torch looks up the name of the user, whom the image does not know.
      USER: 'vllm',
      HF_HOME: WEIGHTS,
      HF_HUB_DISABLE_TELEMETRY: '1',
      VLLM_NO_USAGE_STATS: '1',
      // Its own limit of 600 s would end a start that the probes still allow.
      VLLM_ENGINE_READY_TIMEOUT_S: `${startupSeconds}`,
      // Its 5 s are shorter than a gateway keeps connections, which it would find reset.
      VLLM_HTTP_TIMEOUT_KEEP_ALIVE: '120',
      ...(hubToken ? { HF_TOKEN: hubToken } : {}),
    },
    resources: {
      cpu: `${props.cpu ?? share(4 * gpus, pool.room?.cpu, gpus, pool)}`,
      memory: `${props.memoryGiB ?? share(32 * gpus, pool.room?.memoryGiB, gpus, pool)}Gi`,
      gpus,
    },
    // Compiled kernels and graphs below the home directory; the root file system is read-only.
    writable: { [HOME]: '20Gi', [WEIGHTS]: `${weightsGiB}Gi` },
    // The processes of tensor parallelism exchange activations through it.
    ...(gpus > 1 ? { sharedMemory: '8Gi' } : {}),
    placement: pool.placement,
    rollout: rollout(replicas.max, gpus, pool.limit),
    startupSeconds,
  };
}

/** Options that move memory by amounts which the arithmetic does not know. */
const UNCOUNTED: readonly string[] = [
  '--block-size',
  '--compilation-config',
  '--cudagraph-capture-sizes',
  '--data-parallel-size',
  '--disable-hybrid-kv-cache-manager',
  '--enable-lora',
  '--enable-sleep-mode',
  '--hf-overrides',
  '--kv-cache-memory-bytes',
  '--kv-transfer-config',
  '--max-cudagraph-capture-size',
  '--num-gpu-blocks-override',
  '--pipeline-parallel-size',
  '--speculative-config',
];

/** Further options that change what fits, as `--flag=value` or `--flag value`. */
function flagged(args: readonly string[]): Pick<ModelStart, 'dtype' | 'expertParallel' | 'uncounted'> {
  const words = args.flatMap((arg) => arg.split(/[= ]/));
  const at = words.indexOf('--dtype');
  const uncounted = UNCOUNTED.filter((flag) => words.includes(flag));
  return {
    ...(at < 0 ? {} : { dtype: words[at + 1] }),
    ...(words.includes('--enable-expert-parallel') || words.includes('-ep') ? { expertParallel: true } : {}),
    ...(uncounted.length ? { uncounted } : {}),
  };
}

/** An encoder reads a text in one step: without a context of its own it is asked for all that it can read. */
function longestText(name: string): number {
  const model = findModel(name);
  return model?.cache.every(({ kind }) => kind === 'encoder') ? model.maxContext : 0;
}

/** A new replica beside all others only where the pool can hold one more. */
function rollout(max: number, gpus: number, limit: number | undefined) {
  const fits = limit === undefined || (max + 1) * gpus <= limit;
  return fits ? { maxSurge: 1, maxUnavailable: 0 } : { maxSurge: 0, maxUnavailable: 1 };
}

/** No more of a node than the GPUs' part of it. */
function share(wanted: number, room: number | undefined, gpus: number, pool: INodePool): number {
  return room === undefined ? wanted : Math.min(wanted, Math.floor((room * gpus) / pool.gpusPerNode));
}

function mustShareNode(server: Construct, gpus: number, pool: INodePool): void {
  if (gpus > pool.gpusPerNode) {
    throw new PlatformError(server, {
      what: `'gpus' is ${gpus}, but pool '${pool.name}' has at most ${pool.gpusPerNode} per node`,
      why: 'the GPUs of one replica must share a node: tensor parallelism talks over NVLink',
      fix: `lower gpus to ${pool.gpusPerNode}, or give '${pool.name}' a larger instance type`,
    });
  }
}

function mustBatch(server: Construct, utilization: number, sequences: number, tokens: number): void {
  if (!(utilization > 0 && utilization <= 1)) {
    throw new PlatformError(server, {
      what: `'utilization' is ${utilization}`,
      why: "it is a part of the GPU's memory, above 0 and at most 1",
      fix: 'write a part, such as 0.92',
    });
  }
  if (tokens < sequences) {
    throw new PlatformError(server, {
      what: `'batchedTokens' is ${tokens}, below 'maxSequences', ${sequences}`,
      why: 'a step has at least one token of each running request; the server ends at its start',
      fix: `raise batchedTokens to ${sequences}, or lower maxSequences to ${tokens}`,
    });
  }
}

function mustQuantize(server: Construct, method: string | undefined): void {
  if (method === undefined || QUANTIZATIONS.includes(method)) return;
  throw new PlatformError(server, {
    what: `'quantization' is '${method}', which vLLM ${vllmFlags().version} does not know${didYouMean(method, QUANTIZATIONS)}`,
    why: 'its parser takes any text, and its engine ends at its start, after its node has been launched',
    fix: `write one of ${QUANTIZATIONS.join(', ')}`,
  });
}
