import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';
import type { IBucket, INodePool, IScrapeTarget } from '../contracts';
import {
  declare,
  images,
  type MeasuredGpu,
  type MetricsEndpoint,
  PlatformError,
  type PodGroup,
  type PodResources,
  policyOf,
  priorityClass,
  Workload,
  WorkloadIdentity,
} from '../core';
import type { Scalable } from './autoscaling';
import { compiledEngine, mustRun } from './compiled-engine';
import type { EngineName } from './engines';
import { onDevice, type ReplicaProps, replicaResources } from './gpu-replica';
import { storeEnv } from './model-cache';
import { mustBeRange, mustBeScaled, type ReplicaRange, replicasOf } from './replica-range';
import { type Card, cardOf } from './signals';
import { configuredHere, LARGEST_BATCH, type LoadedModel, modelConfig } from './triton-config';

export interface TritonServiceProps extends Pick<ReplicaProps, 'slice' | 'surge' | 'cpu' | 'memoryGiB'> {
  /** Bucket that holds the repository. */
  readonly bucket: IBucket;
  /** Folder of the repository below `triton/` in the bucket. Its files stay as they are: a new version is a new folder. */
  readonly repository: string;
  /** Models of the repository to load, by the names of their folders. */
  readonly loads: Readonly<Record<string, LoadedModel>>;
  /** Room for these models on the node's disk. */
  readonly weightsGiB: number;
  /**
   * Nodes with the GPU that a replica runs on, or with those that an engine of TensorRT-LLM was compiled for.
   * @default - none: it computes on CPUs
   */
  readonly pool?: INodePool;
  /**
   * Replicas kept running. A ceiling above the floor needs a `ModelAutoscaler`.
   * @default - the environment's policy, fixed: 1 in dev, 2 in prod
   */
  readonly replicas?: { readonly min: number; readonly max: number };
  /**
   * Longest request, which a stopping replica finishes.
   * @default 30
   */
  readonly drainSeconds?: number;
  /**
   * Slowest start that is still healthy, from the start of the container.
   * @default - five minutes, and 10 s for each GiB
   */
  readonly startupSeconds?: number;
  /**
   * What its models were measured to take of the GPU together.
   * @default - unknown, which `model-fits-memory` refuses on a GPU
   */
  readonly observed?: MeasuredGpu;
  /**
   * Image of the engine.
   * @default - Triton's own, with all backends; with `tensorrtllm` that of Triton with TensorRT-LLM
   */
  readonly image?: string;
}

const PORTS = { http: 8000, grpc: 8001, metrics: 8002 };
const REPOSITORY = '/repository';
const TOOLS = '/opt/nexus';
/** 200 MiB a second from a bucket, 100 from a disk onto the GPU: the slowest that is still healthy. */
const FETCH_SECONDS_PER_GIB = 5;
const LOAD_SECONDS_PER_GIB = 10;

/** What can be configured here, by the word in the names of Triton's own images. Of other images nobody knows. */
const BACKENDS: Readonly<Record<string, readonly string[]>> = {
  '': ['onnxruntime', 'tensorrt'],
  trtllm: ['tensorrtllm'],
  vllm: [],
};

let program: string | undefined;

/** The program that fetches models. Read when the first server is made. */
function repositoryProgram(): string {
  program ??= readFileSync(join(__dirname, 'data', 'repository.py'), 'utf8');
  return program;
}

/**
 * Models on Triton, from a repository in the bucket: those that write no text (vision, ranking, fraud), and one that
 * TensorRT-LLM compiled. Clients speak its own protocol, KServe v2, on HTTP and gRPC: it is no `IModelEndpoint`, and no
 * gateway routes to it.
 */
export class TritonService extends Construct implements IScrapeTarget, Scalable {
  /** The construct's id: the name of its Service. */
  public readonly model: string;
  /** Where clients call `/v2/models/<name>/infer`. */
  public readonly httpUrl: string;
  /** Host and port for clients of gRPC. */
  public readonly grpcTarget: string;
  public readonly pods: PodGroup;
  public readonly image: string;
  public readonly resources: PodResources;
  public readonly longestSeconds: number;
  public readonly metrics: readonly MetricsEndpoint[];
  public readonly replicas: ReplicaRange;
  public readonly tells: EngineName & ('triton' | 'tensorrtllm');
  public readonly card: Card;
  public readonly holder: string;
  public readonly scaleTarget: { readonly name: string };
  /** One batch that waits is no queue. */
  public readonly queueTarget?: number;
  /** Used by what scales it. */
  public readonly scaledByLoad: () => void;

  constructor(scope: Construct, id: string, props: TritonServiceProps) {
    super(scope, id);
    const { bucket, repository, weightsGiB, pool, drainSeconds = 30, observed } = props;
    const fixed = policyOf(this).replicas;
    const loads = Object.entries(props.loads);
    const engine = compiledEngine(this, props.loads);
    const gpus = engine?.gpus ?? 1;
    this.model = id;
    this.image = props.image ?? (engine ? images.tensorrtllm : images.triton);
    this.tells = engine ? 'tensorrtllm' : 'triton';
    this.longestSeconds = drainSeconds;
    this.replicas = props.replicas ?? { min: fixed, max: fixed };
    if (engine) mustRun(this, engine, pool, this.image);
    this.resources = pool ? replicaResources(this, { ...props, pool, gpus }) : cpuResources(props);
    this.holder = `container="${id}"`;
    this.scaleTarget = { name: id };
    if (!engine) {
      this.queueTarget = Math.max(0, ...loads.map(([, { maxBatch = LARGEST_BATCH }]) => maxBatch));
    }
    mustBeRange(this, this.replicas);
    this.mustLoad(props);
    this.mustHaveBackends(props);
    this.mustBeS3(bucket);

    const prefix = `triton/${repository}/`;
    const identity = new WorkloadIdentity(this, 'Reader', { name: id });
    bucket.grantRead(identity, prefix);
    const { placement, rollout, ...device } = pool
      ? onDevice(this, { ...props, pool, gpus }, this.replicas)
      : { placement: undefined, rollout: undefined };

    const server = new Workload(this, 'Server', {
      name: id,
      image: this.image,
      args: [
        'tritonserver',
        `--model-repository=${REPOSITORY}`,
        // All that was copied, and nothing later: the other modes let callers load models, which may be programs.
        '--model-control-mode=none',
        // One that cannot be loaded ends the start.
        '--exit-on-error=true',
        `--http-port=${PORTS.http}`,
        `--grpc-port=${PORTS.grpc}`,
        `--metrics-port=${PORTS.metrics}`,
        `--exit-timeout-secs=${drainSeconds}`,
        ...(gpus > 1 ? ofSeveralProcesses(gpus) : []),
      ],
      env: {
        HOME: '/tmp',
        // Not mpirun: it ends all of its processes soon after a stop, and no answer would be finished.
        ...(gpus > 1 ? { TRTLLM_ORCHESTRATOR: '1' } : {}),
      },
      ports: PORTS,
      ready: { path: '/v2/health/ready', timeoutSeconds: 5 },
      alive: { path: '/v2/health/live', timeoutSeconds: 5 },
      config: {
        [TOOLS]: {
          'repository.py': repositoryProgram(),
          ...Object.fromEntries(
            loads.flatMap(([name, model]) => {
              const text = modelConfig(model);
              return text === undefined ? [] : [[`${name}.pbtxt`, text]];
            }),
          ),
          ...(engine ? { [`${engine.model}.json`]: JSON.stringify({ gpus, release: engine.release }) } : {}),
        },
      },
      init: {
        repository: {
          // The smallest pinned image that has Python and boto3.
          image: images.litellm,
          command: [
            'python3',
            `${TOOLS}/repository.py`,
            bucket.name,
            prefix,
            REPOSITORY,
            TOOLS,
            ...loads.map(([name]) => name),
          ],
          env: storeEnv(this, bucket),
          resources: { cpu: '1', memory: '2Gi' },
        },
      },
      waitsSeconds: 60 + weightsGiB * FETCH_SECONDS_PER_GIB,
      startupSeconds: props.startupSeconds ?? 300 + weightsGiB * LOAD_SECONDS_PER_GIB,
      drainSeconds,
      identity,
      writable: { [REPOSITORY]: `${weightsGiB + 1}Gi` },
      // Backends in Python exchange tensors with the server through it, and GPUs parts of a layer.
      sharedMemory: `${gpus > 1 ? 1 + 2 * gpus : 1}Gi`,
      resources: this.resources,
      ...replicasOf(this, id, this.replicas),
      ...(placement ? { placement, rollout, priorityClass: priorityClass(this, 'serving') } : {}),
    });
    this.pods = server.pods;
    this.httpUrl = `http://${server.host}:${PORTS.http}`;
    this.grpcTarget = `${server.host}:${PORTS.grpc}`;
    this.metrics = [server.metrics('metrics', { exporter: this.tells })];
    this.card = cardOf(this.resources.gpus, device.slice, device.sharedBy);
    declare(this, 'model', {
      alias: id,
      model: repository,
      engine: 'triton',
      ...(engine ? { tells: this.tells } : {}),
      gpusPerReplica: this.resources.gpus ?? 0,
      replicas: this.replicas,
      weights: 's3',
      ...device,
      ...(observed ? { takes: observed } : {}),
    });
    this.scaledByLoad = mustBeScaled(this, this.replicas);
  }

  /** Let the pods of a namespace call its models, on HTTP and gRPC. */
  public allowFromNamespace(namespace: string): void {
    for (const port of [PORTS.http, PORTS.grpc]) {
      this.pods.allowFromNamespace(namespace, { port, why: `models of ${this.model}` });
    }
  }

  private mustLoad({ loads }: TritonServiceProps): void {
    if (!Object.keys(loads).length) {
      throw new PlatformError(this, {
        what: "'loads' names no model",
        why: 'only what is named is loaded: it would be ready and answer nothing',
        fix: 'name the folders of the repository to load',
      });
    }
    const odd = Object.entries(loads).find(
      ([, model]) => !configuredHere(model) && (model.maxBatch !== undefined || model.delayMs !== undefined),
    );
    if (!odd) return;
    const [name, { backend }] = odd;
    throw new PlatformError(this, {
      what: `'loads.${name}' says how to batch, and ${backend ? 'TensorRT-LLM batches by itself' : 'names no backend'}`,
      why: `${backend ? 'its engine and' : 'without it'} the config.pbtxt of the repository decide${backend ? '' : 's'}, which is not ours to change`,
      fix: backend
        ? 'say it to trtllm-build (--max_batch_size)'
        : `write dynamic_batching there, or name the backend to have the file written`,
    });
  }

  private mustHaveBackends({ loads, image }: TritonServiceProps): void {
    const [own, kind = ''] = /tritonserver:[\d.]+(?:-(trtllm|vllm)-python)?-py3/.exec(this.image) ?? [];
    const offered = own === undefined ? undefined : BACKENDS[kind];
    const [name, asked] =
      Object.entries(loads).find(([, { backend }]) => backend && !offered?.includes(backend)) ?? [];
    if (!offered || !name) return;
    throw new PlatformError(this, {
      what: `'loads.${name}' asks for backend '${asked?.backend}', and image '${this.image}' has only ${kind ? `those of ${kind} and Python` : 'others'}`,
      why: 'the model cannot be loaded, and that ends the start',
      fix: image
        ? "leave image out: Triton's own with that backend is taken then"
        : 'serve it from a TritonService of its own',
    });
  }

  private mustBeS3({ endpoint, name }: IBucket): void {
    if (endpoint === undefined) return;
    throw new PlatformError(this, {
      what: `reads bucket '${name}', which is not on S3`,
      why: 'it reads with the rights of its identity, which a stand-in does not know',
      fix: 'use S3Store (data.objects.kind: s3)',
    });
  }
}

/** The server starts a process for each GPU, which has it for itself: as NVIDIA's own launcher does with several. */
const ofSeveralProcesses = (gpus: number): readonly string[] => [
  '--pinned-memory-pool-byte-size=0',
  '--enable-peer-access=false',
  ...Array.from({ length: gpus }, (_, gpu) => `--cuda-memory-pool-byte-size=${gpu}:0`),
];

/** The models once as files that are read and once as loaded, and the process. */
function cpuResources({ cpu = 2, memoryGiB, weightsGiB }: TritonServiceProps): PodResources {
  return { cpu: `${cpu}`, memory: `${memoryGiB ?? 2 * weightsGiB + 4}Gi` };
}
