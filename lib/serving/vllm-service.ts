import type { Construct } from 'constructs';
import { findModel, readConfig } from '../catalog';
import type { INodePool } from '../contracts';
import {
  didYouMean,
  images,
  type ModelStart,
  type ObservedStart,
  PlatformError,
  type SecretRef,
} from '../core';
import { ModelServer, type ModelServerProps, type ServerPod, type ServerSettings } from './model-server';
import { deviceOf, rolloutOf, shareOf } from './pool-share';
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
   * MIG slice that a replica runs on, such as `3g.40gb`.
   * @default - the one kind that the pool has; whole GPUs where it has none
   */
  readonly slice?: string;
  /**
   * Whether a rollout starts a new replica before an old one goes. Other models on the pool may leave no room for it.
   * @default - where the pool's limit holds one more than the most replicas of this model
   */
  readonly surge?: boolean;
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

  const device = deviceOf(server, pool, { gpus, ...(props.slice ? { slice: props.slice } : {}) });
  mustBatch(server, utilization, maxSequences, batchedTokens);
  mustQuantize(server, props.quantization);
  checkFlags(server, extraArgs, OWNED);
  if (props.config) mustRead(server, props.config, settings.model);

  return {
    engine: 'vllm',
    pool: pool.name,
    ...(device.slice ? { slice: device.slice } : {}),
    ...(device.sharedBy ? { sharedBy: device.sharedBy } : {}),
    downloads: true,
    start: {
      utilization,
      batchedTokens,
      maxSequences,
      task,
      ...(props.quantization ? { quantization: props.quantization } : {}),
      ...(props.kvCacheDtype ? { kvCacheDtype: props.kvCacheDtype } : {}),
      ...flagged(extraArgs),
      ...(props.config ? { config: props.config } : {}),
      ...(props.observed ? { observed: props.observed } : {}),
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
      cpu: `${props.cpu ?? shareOf(4 * gpus, pool.room?.cpu, gpus, device)}`,
      memory: `${props.memoryGiB ?? shareOf(32 * gpus, pool.room?.memoryGiB, gpus, device)}Gi`,
      gpus,
      gpuResource: device.resource,
    },
    // Compiled kernels and graphs below the home directory; the root file system is read-only.
    writable: { [HOME]: '20Gi', [WEIGHTS]: `${weightsGiB}Gi` },
    // The processes of tensor parallelism exchange activations through it.
    ...(gpus > 1 ? { sharedMemory: '8Gi' } : {}),
    placement: pool.placement,
    rollout: rolloutOf(replicas.max, gpus, device, props.surge),
    startupSeconds,
  };
}

/** Options that move memory by amounts which the arithmetic does not know. */
const UNCOUNTED: readonly string[] = [
  '--block-size',
  '--compilation-config',
  '--cpu-offload-gb',
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

function mustRead(server: Construct, config: Readonly<Record<string, unknown>>, model: string): void {
  const read = readConfig(config, model);
  if (!('faults' in read)) return;
  const [{ field, what, fix }] = read.faults;
  const more = read.faults.slice(1).map((fault) => `'${fault.field}' ${fault.what}`);
  throw new PlatformError(server, {
    what: [`'config.${field}' ${what}`, ...more].join('; '),
    why: 'what a model takes follows from its shape, and this is part of it',
    fix,
  });
}

/** An encoder reads a text in one step: without a context of its own it is asked for all that it can read. */
function longestText(name: string): number {
  const model = findModel(name);
  return model?.cache.every(({ kind }) => kind === 'encoder') ? model.maxContext : 0;
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
