import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Construct } from 'constructs';
import type { IBucket, INodePool, IScrapeTarget } from '../contracts';
import {
  declare,
  images,
  type MeasuredGpu,
  type MetricsEndpoint,
  namespaceOf,
  PlatformError,
  type PodGroup,
  type PodResources,
  policyOf,
  priorityClass,
  Workload,
  WorkloadIdentity,
} from '../core';
import type { Scalable } from './autoscaling';
import { onDevice, type ReplicaProps, replicaResources } from './gpu-replica';
import { storeEnv } from './model-cache';
import { type Card, cardOf } from './signals';
import { LARGEST_BATCH, type LoadedModel, modelConfig } from './triton-config';

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
   * Nodes with the GPU that a replica runs on.
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
   * @default - Triton's own, with all backends
   */
  readonly image?: string;
}

const PORTS = { http: 8000, grpc: 8001, metrics: 8002 };
const REPOSITORY = '/repository';
const TOOLS = '/opt/nexus';
/** 200 MiB a second from a bucket, 100 from a disk onto the GPU: the slowest that is still healthy. */
const FETCH_SECONDS_PER_GIB = 5;
const LOAD_SECONDS_PER_GIB = 10;

let program: string | undefined;

/** The program that fetches models. Read when the first server is made. */
function repositoryProgram(): string {
  program ??= readFileSync(join(__dirname, 'data', 'repository.py'), 'utf8');
  return program;
}

/**
 * Models that write no text (vision, ranking, fraud) on Triton, from a repository in the bucket. Clients speak its own
 * protocol, KServe v2, on HTTP and gRPC: it is no `IModelEndpoint`, and no gateway routes to it.
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
  public readonly replicas: { readonly min: number; readonly max: number };
  public readonly tells = 'triton';
  public readonly card: Card;
  public readonly holder: string;
  public readonly scaleTarget: { readonly name: string };
  /** One batch that waits is no queue. */
  public readonly queueTarget: number;
  private scaled = false;

  constructor(scope: Construct, id: string, props: TritonServiceProps) {
    super(scope, id);
    const { bucket, repository, weightsGiB, pool, drainSeconds = 30, observed } = props;
    const fixed = policyOf(this).replicas;
    const loads = Object.entries(props.loads);
    this.model = id;
    this.image = props.image ?? images.triton;
    this.longestSeconds = drainSeconds;
    this.replicas = props.replicas ?? { min: fixed, max: fixed };
    this.resources = pool ? replicaResources(this, { ...props, pool }) : cpuResources(props);
    this.holder = `container="${id}"`;
    this.scaleTarget = { name: id };
    this.queueTarget = Math.max(0, ...loads.map(([, { maxBatch = LARGEST_BATCH }]) => maxBatch));
    this.mustBeRange();
    this.mustLoad(props);
    this.mustHaveBackends(props);
    this.mustBeS3(bucket);

    const prefix = `triton/${repository}/`;
    const identity = new WorkloadIdentity(this, 'Reader', { name: id });
    bucket.grantRead(identity, prefix);
    const { placement, rollout, ...device } = pool
      ? onDevice(this, { ...props, pool }, this.replicas)
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
      ],
      env: { HOME: '/tmp' },
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
      // Backends in Python exchange tensors with the server through it.
      sharedMemory: '1Gi',
      resources: this.resources,
      replicas: this.replicas.min,
      ...(this.replicas.max > this.replicas.min
        ? { scaled: { by: `ScaledObject/${namespaceOf(this)}/${id}`, max: this.replicas.max } }
        : {}),
      ...(placement ? { placement, rollout, priorityClass: priorityClass(this, 'serving') } : {}),
    });
    this.pods = server.pods;
    this.httpUrl = `http://${server.host}:${PORTS.http}`;
    this.grpcTarget = `${server.host}:${PORTS.grpc}`;
    this.metrics = [server.metrics('metrics', { exporter: 'triton' })];
    this.card = cardOf(this.resources.gpus, device.slice, device.sharedBy);
    declare(this, 'model', {
      alias: id,
      model: repository,
      engine: 'triton',
      gpusPerReplica: this.resources.gpus ?? 0,
      replicas: this.replicas,
      weights: 's3',
      ...device,
      ...(observed ? { takes: observed } : {}),
    });
    this.node.addValidation({
      validate: () =>
        this.replicas.max > this.replicas.min && !this.scaled
          ? [
              `is to run ${this.replicas.min} to ${this.replicas.max} replicas, but nothing scales it. ` +
                'Create a ModelAutoscaler for it',
            ]
          : [],
    });
  }

  /** Used by what scales it. */
  public scaledByLoad(): void {
    this.scaled = true;
  }

  /** Let the pods of a namespace call its models, on HTTP and gRPC. */
  public allowFromNamespace(namespace: string): void {
    for (const port of [PORTS.http, PORTS.grpc]) {
      this.pods.allowFromNamespace(namespace, { port, why: `models of ${this.model}` });
    }
  }

  private mustBeRange(): void {
    const { min, max } = this.replicas;
    if (min >= 1 && min <= max) return;
    throw new PlatformError(this, {
      what: `'replicas' is ${min} to ${max}`,
      why: min < 1 ? 'without a running replica nothing measures a queue' : 'there is no number that is both',
      fix: `set min to ${Math.max(1, Math.min(min, max))}`,
    });
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
      ([, model]) => !model.backend && (model.maxBatch !== undefined || model.delayMs !== undefined),
    );
    if (!odd) return;
    throw new PlatformError(this, {
      what: `'loads.${odd[0]}' says how to batch, and names no backend`,
      why: 'without it the config.pbtxt of the repository decides, which is not ours to change',
      fix: `write dynamic_batching there, or name the backend to have the file written`,
    });
  }

  private mustHaveBackends({ loads }: TritonServiceProps): void {
    const [, only] = /-(trtllm|vllm)-python-py3/.exec(this.image) ?? [];
    const [name, model] = Object.entries(loads).find(([, { backend }]) => backend) ?? [];
    if (!only || !name) return;
    throw new PlatformError(this, {
      what: `'loads.${name}' asks for backend '${model?.backend}', and image '${this.image}' has only those of ${only} and Python`,
      why: 'the model cannot be loaded, and that ends the start',
      fix: `leave image out: Triton's own has all others`,
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

/** The models once as files that are read and once as loaded, and the process. */
function cpuResources({ cpu = 2, memoryGiB, weightsGiB }: TritonServiceProps): PodResources {
  return { cpu: `${cpu}`, memory: `${memoryGiB ?? 2 * weightsGiB + 4}Gi` };
}
