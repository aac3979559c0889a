import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import type { IBucket, INodePool } from '../contracts';
import {
  declare,
  type EnvVars,
  images,
  PlatformError,
  priorityClass,
  stamped,
  Task,
  WorkloadIdentity,
} from '../core';
import { batchLimits } from './batch-limits';
import { replicaResources, replicaSharedMemory } from './gpu-replica';
import type { ModelCache } from './model-cache';
import { deviceOf } from './pool-share';
import { AS_USER, UNTOLD, VLLM_HOME } from './vllm-env';
import { loading } from './weights';

export interface BatchInferenceProps {
  /** Model to run, as the hub spells it. Requests may name it so, or by the id of the construct. */
  readonly model: string;
  /** Nodes to run on; spot ones do. */
  readonly pool: INodePool;
  /** Where requests are and answers go. */
  readonly bucket: IBucket;
  /** Prefix of the shards: objects `*.jsonl` with requests in OpenAI's batch format. */
  readonly input: string;
  /** Prefix of the results; a shard that has one is done. */
  readonly output: string;
  /** Longest time that one start of the Job may take. */
  readonly deadlineHours: number;
  /**
   * When it runs, as five fields of cron in UTC.
   * @default - once
   */
  readonly schedule?: string;
  /**
   * Queue of the namespace that it waits in, and its class there.
   * @default - none: it starts at once
   */
  readonly queue?: { readonly name: string; readonly priorityClass?: string };
  /**
   * What the model does.
   * @default 'generate'
   */
  readonly task?: 'generate' | 'embed' | 'rerank';
  /**
   * GPUs of the run; vLLM's tensor-parallel size.
   * @default 1
   */
  readonly gpus?: number;
  /**
   * MIG slice to run on, such as `3g.40gb`.
   * @default - the one kind that the pool has; whole GPUs where it has none
   */
  readonly slice?: string;
  /**
   * Tokens of one request, prompt and answer together.
   * @default - the longest the engine finds room for
   */
  readonly context?: number;
  /**
   * Requests worked on at once; vLLM's `max-num-seqs`.
   * @default 256
   */
  readonly maxSequences?: number;
  /**
   * Tokens of one step; vLLM's `max-num-batched-tokens`.
   * @default - the engine's own for the card; of a model that does not generate at least its context
   */
  readonly batchedTokens?: number;
  /**
   * Part of the GPU's memory that the engine takes.
   * @default 0.92
   */
  readonly utilization?: number;
  /** @default - what the checkpoint says of itself */
  readonly quantization?: string;
  /** @default - the model's own */
  readonly kvCacheDtype?: string;
  /**
   * Bucket of the platform to read weights from.
   * @default - none: each run loads them from the model hub
   */
  readonly weights?: ModelCache;
}

const WORK = '/work';
const SCRIPT = '/etc/batch';
/** As the runner says it. */
const FATAL = 3;
/** AWS takes a spot node back 120 s after its notice, and somebody must notice. */
const GRACE_SECONDS = 90;

/**
 * Answers every request of the shards below a prefix, with vLLM's own batch runner and without a server. What is done
 * stays done: a run that loses its node, or its place in the queue, goes on with the shards that are left.
 */
export class BatchInference extends Construct {
  constructor(scope: Construct, id: string, props: BatchInferenceProps) {
    super(scope, id);
    const { bucket, gpus = 1, input, model, output, pool, queue, slice, task = 'generate' } = props;
    const { utilization = 0.92 } = props;
    const least = task === 'generate' ? 0 : (props.context ?? 0);
    const { maxSequences, batchedTokens } = batchLimits(this, props, least);
    this.mustBeApart(input, output);
    const device = deviceOf(this, pool, { gpus, ...(slice ? { slice } : {}) });
    const image = images.vllm;
    const identity = new WorkloadIdentity(this, 'Identity', { name: id });
    const { weights: cache, quantization } = props;
    const asked = { model, gpus, pool, drafts: [], adapters: {}, image, identity, load: 'copy' } as const;
    const weights = loading(this, {
      ...asked,
      ...(cache ? { weights: cache } : {}),
      ...(quantization ? { quantization } : {}),
    });
    const engine = [
      `--model=${weights.model}`,
      '--served-model-name',
      model,
      id,
      `--tensor-parallel-size=${gpus}`,
      `--max-model-len=${props.context ?? 'auto'}`,
      `--max-num-seqs=${maxSequences}`,
      `--max-num-batched-tokens=${batchedTokens}`,
      `--gpu-memory-utilization=${utilization}`,
      ...(task === 'generate' ? [] : ['--runner=pooling']),
      ...(props.quantization ? [`--quantization=${props.quantization}`] : []),
      ...(props.kvCacheDtype ? [`--kv-cache-dtype=${props.kvCacheDtype}`] : []),
    ];
    const resources = replicaResources(this, props);
    const deadlineSeconds = Math.round(props.deadlineHours * 3600);
    const runner = script();
    const work = JSON.stringify([image, engine, resources, runner, input, output, deadlineSeconds]);

    const job: Task = new Task(this, 'Task', {
      name: props.schedule === undefined ? stamped(id, work) : id,
      ...(props.schedule === undefined ? {} : { schedule: props.schedule }),
      jobLabels: queueLabels(queue),
      image,
      command: ['python3', `${SCRIPT}/run.py`],
      args: engine,
      env: () => ({ ...ENV, ...weights.env, ...places(bucket, input, output), ...keys() }),
      config: { [SCRIPT]: { 'run.py': runner } },
      resources,
      writable: { [VLLM_HOME]: '20Gi', ...weights.writable, [WORK]: '50Gi' },
      ...(weights.sharedFiles ? { sharedFiles: weights.sharedFiles, init: weights.init } : {}),
      ...replicaSharedMemory(gpus),
      placement: pool.placement,
      priorityClass: priorityClass(this, 'batch'),
      deadlineSeconds,
      retries: 3,
      fatalExitCode: FATAL,
      graceSeconds: GRACE_SECONDS,
      identity,
    });
    bucket.grantRead(identity, `${input}/`);
    bucket.grantReadWrite(identity, `${output}/`);
    const credentials = bucket.credentials(this, { name: id, pods: [job.pods] });
    const keys = (): EnvVars =>
      credentials
        ? {
            AWS_ACCESS_KEY_ID: credentials.key('accessKey'),
            AWS_SECRET_ACCESS_KEY: credentials.key('secretKey'),
          }
        : {};
    if (weights.from === 'hub') job.pods.reach('internet', { why: 'weights from the model hub' });
    if (props.schedule === undefined) {
      // It may wait for hours and run for hours, which must not hold up whoever delivers it.
      ApiObject.of(job.node.findChild('Job')).addJsonPatch(
        JsonPatch.add('/metadata/annotations', { 'pulumi.com/skipAwait': 'true' }),
      );
    }
    declare(this, 'model', {
      alias: id,
      model,
      engine: 'vllm',
      batch: true,
      pool: pool.name,
      gpusPerReplica: gpus,
      ...(device.slice ? { slice: device.slice } : {}),
      ...(device.sharedBy ? { sharedBy: device.sharedBy } : {}),
      ...(props.context === undefined ? {} : { context: props.context }),
      replicas: { min: 1, max: 1 },
      weights: weights.from,
      start: {
        utilization,
        batchedTokens,
        maxSequences,
        task,
        ...(props.quantization ? { quantization: props.quantization } : {}),
        ...(props.kvCacheDtype ? { kvCacheDtype: props.kvCacheDtype } : {}),
      },
    });
  }

  private mustBeApart(input: string, output: string): void {
    const within = (inner: string, outer: string) => `${inner}/`.startsWith(`${outer}/`);
    if (!within(input, output) && !within(output, input)) return;
    throw new PlatformError(this, {
      what: `'input' is '${input}' and 'output' is '${output}': one lies in the other`,
      why: 'the next run would take its own answers for requests, or requests for answers',
      fix: 'give each a prefix of its own',
    });
  }
}

const ENV: EnvVars = {
  ...AS_USER,
  ...UNTOLD,
  // Its own limit of 600 s would end a start that downloads its weights.
  VLLM_ENGINE_READY_TIMEOUT_S: '3600',
};

const places = ({ name, region, endpoint }: IBucket, input: string, output: string): EnvVars => ({
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  ...(endpoint ? { AWS_ENDPOINT_URL_S3: endpoint } : {}),
  BATCH_BUCKET: name,
  BATCH_INPUT: input,
  BATCH_OUTPUT: output,
});

const queueLabels = (queue: BatchInferenceProps['queue']) => ({
  ...(queue ? { 'kueue.x-k8s.io/queue-name': queue.name } : {}),
  ...(queue?.priorityClass ? { 'kueue.x-k8s.io/priority-class': queue.priorityClass } : {}),
});

let text: string | undefined;

/** The runner, read when the first one is made. */
function script(): string {
  text ??= readFileSync(join(__dirname, 'data', 'batch-runner.py'), 'utf8');
  return text;
}
