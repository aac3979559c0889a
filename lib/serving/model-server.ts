import { Construct } from 'constructs';
import type { IModelEndpoint, IScrapeTarget } from '../contracts';
import {
  ConnectionSecret,
  declare,
  type EnvVars,
  GeneratedSecret,
  GroupWorkload,
  type MeasuredGpu,
  type MetricsEndpoint,
  type ModelStart,
  namespaceOf,
  PlatformError,
  type PodGroup,
  type PodResources,
  policyOf,
  priorityClass,
  type SecretRef,
  Workload,
  type WorkloadProps,
} from '../core';
import { type Adapter, ServedAdapter } from './adapters';
import type { EngineName } from './engines';
import type { KvEvents } from './kv-events';
import type { Card } from './signals';
import { simulatorPod } from './simulator-pod';

/** Replicas between a floor and a ceiling; equal ones mean that nothing scales it. */
export interface ReplicaRange {
  readonly min: number;
  readonly max: number;
}

/** What every server of a model is told. */
export interface ModelServerProps {
  /** Model to serve, as the hub spells it. */
  readonly model: string;
  /**
   * Tokens of one request, prompt and answer together.
   * @default - the longest the engine finds room for
   */
  readonly context?: number;
  /**
   * Replicas kept running. A ceiling above the floor needs a `ModelAutoscaler`.
   * @default - the environment's policy, fixed: 1 in dev, 2 in prod
   */
  readonly replicas?: ReplicaRange;
  /**
   * Longest answer: what a stopping replica finishes, and what every timeout in front of it must outlast.
   * @default 120
   */
  readonly drainSeconds?: number;
  /**
   * Ask callers for a key, which is generated and which gateways pass on. Policies let nobody else in anyway.
   * @default false
   */
  readonly apiKey?: boolean;
  /**
   * Answer without GPU and weights: a simulator stands in its place, with the same name, port, labels, routes and
   * policies, and with vLLM's metrics. What only the engine reads is passed over.
   * @default false
   */
  readonly simulate?: boolean;
  /**
   * Ask for the key of this server, if it asks for one: both answer the same callers.
   * @default - none: its own key, if any
   */
  readonly keyOf?: ModelServer;
  /**
   * LoRA adapters on the model, by the names that clients ask for.
   * @default - none
   */
  readonly adapters?: Readonly<Record<string, Adapter>>;
  /**
   * Tell a picker what is in the KV caches: what `prefix: 'precise'` goes by.
   * @default false
   */
  readonly kvEvents?: boolean;
}

/** What one engine says of its pods. */
export interface ServerPod
  extends Pick<
    WorkloadProps,
    | 'image'
    | 'args'
    | 'command'
    | 'identity'
    | 'init'
    | 'resources'
    | 'placement'
    | 'rollout'
    | 'sharedFiles'
    | 'sharedMemory'
    | 'startupSeconds'
    | 'user'
    | 'waitsSeconds'
    | 'writable'
  > {
  readonly env?: EnvVars;
  /** Several nodes that work as one, and what those behind the first are started with. */
  readonly group?: { readonly nodes: number; readonly workerArgs: readonly string[] };
  /** Engine, as facts name it. */
  readonly engine: string;
  /** Whose metrics its pods tell; the simulator speaks as vLLM. Absent for an engine without metrics. */
  readonly tells?: EngineName;
  /** Where it listens; absent for 8000. */
  readonly port?: number;
  /** Where it says that it is ready. */
  readonly ready?: WorkloadProps['ready'];
  /** Where it says that it is not beyond help. */
  readonly alive?: WorkloadProps['alive'];
  /** Name of the pool it runs on. */
  readonly pool?: string;
  /** MIG slice of the pool that it runs on. */
  readonly slice?: string;
  /** Pods that share its GPU. */
  readonly sharedBy?: number;
  /** Where it loads its weights from when it starts; absent for one that holds none. */
  readonly weights?: 'hub' | 's3';
  /** How the engine is started; absent for one that holds no weights. */
  readonly start?: ModelStart;
  /** What it was measured to take of a GPU, where nobody can compute it. */
  readonly takes?: MeasuredGpu;
  /** How it tells what is in its KV cache; absent where it does not. */
  readonly kvEvents?: KvEvents;
}

/** Props with every default filled in. */
export type ServerSettings = Required<
  Pick<ModelServerProps, 'model' | 'replicas' | 'drainSeconds' | 'adapters'>
> &
  Pick<ModelServerProps, 'context'> & {
    /** The key to ask for. */
    readonly key?: SecretRef;
    /** Whether to tell a picker what is in the KV caches. */
    readonly kvEvents: boolean;
  };

const PORT = 8000;

/** One model behind one OpenAI-compatible Service called like the construct: what every engine has in common. */
export abstract class ModelServer extends Construct implements IModelEndpoint, IScrapeTarget {
  /** The served name: the construct's id. */
  public readonly model: string;
  public readonly baseUrl: string;
  public readonly provider: string;
  public readonly pods: PodGroup;
  /** What its pods run: pulled beforehand where nodes are kept warm. */
  public readonly image: string;
  /** What each of its pods asks for: batch work gets what is left. */
  public readonly resources: PodResources;
  public readonly port: number;
  public readonly longestSeconds: number;
  public readonly metrics: readonly MetricsEndpoint[];
  public readonly replicas: ReplicaRange;
  /** Whose metrics its pods tell: what an autoscaler follows is called by that engine's names. Absent where none are told. */
  public readonly tells?: EngineName;
  /** Its GPUs, as their metrics see them. */
  public readonly card: Card;
  /** What it does for its callers. */
  public readonly task: ModelStart['task'];
  /** Changes with its pods. */
  public readonly revision: string;
  /** Slowest start of a replica that has a node, waits for its weights included. */
  public readonly startsWithinSeconds: number;
  /** How its replicas tell what is in their KV caches; absent where they do not. */
  public readonly kvEvents?: KvEvents;
  /** Its adapters: models of their own names behind the same Service. */
  public readonly adapters: readonly ServedAdapter[];
  /** What an autoscaler scales. */
  public readonly scaleTarget: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly name: string;
  };
  private readonly secret?: GeneratedSecret;
  private readonly keyOf?: ModelServer;
  private readonly copies = new Map<Construct, SecretRef>();
  private scaled = false;
  private smoked = false;

  protected constructor(
    scope: Construct,
    id: string,
    props: ModelServerProps,
    describe: (server: Construct, settings: ServerSettings) => ServerPod,
  ) {
    super(scope, id);
    const fixed = policyOf(this).replicas;
    this.model = id;
    this.replicas = props.replicas ?? { min: fixed, max: fixed };
    this.longestSeconds = props.drainSeconds ?? 120;
    this.mustBeRange();

    this.keyOf = props.keyOf;
    if (props.keyOf) this.secret = props.keyOf.secret;
    else if (props.apiKey) {
      this.secret = new GeneratedSecret(this, 'Key', {
        name: `${id}-api-key`,
        generate: { apiKey: { prefix: 'sk-' } },
      });
    }
    const adapters = props.adapters ?? {};

    const {
      engine,
      tells,
      port,
      ready,
      alive,
      pool,
      slice,
      sharedBy,
      weights,
      start,
      takes,
      group,
      ...rest
    } = (props.simulate ? simulated : describe)(this, {
      model: props.model,
      replicas: this.replicas,
      drainSeconds: this.longestSeconds,
      adapters,
      kvEvents: props.kvEvents ?? false,
      ...(this.secret ? { key: this.secret.key('apiKey') } : {}),
      ...(props.context === undefined ? {} : { context: props.context }),
    });
    const { kvEvents: events, ...pod } = rest;
    this.kvEvents = events;
    this.port = port ?? PORT;
    this.image = pod.image;
    this.resources = pod.resources;
    const scales = this.replicas.max > this.replicas.min;
    if (scales && !tells) this.cannotScale(engine);
    const described = {
      ...pod,
      name: id,
      // On general nodes it is one of many, and takes nobody's place.
      ...(pod.resources.gpus ? { priorityClass: priorityClass(this, 'serving') } : {}),
      ports: { http: this.port, ...(events?.listens === 'replica' ? { 'kv-events': events.port } : {}) },
      // The models are listed once the weights are loaded, but only to those with the key; health fails only when the
      // engine is dead.
      ready: ready ?? (this.secret ? { path: '/health', timeoutSeconds: 5 } : { path: '/v1/models' }),
      alive: alive ?? { path: '/health', timeoutSeconds: 5 },
      drainSeconds: this.longestSeconds,
      replicas: this.replicas.min,
      ...(scales
        ? { scaled: { by: `ScaledObject/${namespaceOf(this)}/${id}`, max: this.replicas.max } }
        : {}),
    };
    const server = group
      ? new GroupWorkload(this, 'Server', { ...described, size: group.nodes, memberArgs: group.workerArgs })
      : new Workload(this, 'Server', described);
    const outward = server instanceof GroupWorkload ? server.members : server.pods;
    this.scaleTarget = group
      ? { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet', name: id }
      : { name: id };
    this.pods = server.pods;
    this.baseUrl = `http://${server.host}:${this.port}/v1`;
    this.provider = `hosted_vllm/${id}`;
    this.metrics = tells ? [server.metrics('http', { exporter: tells })] : [];
    this.tells = tells;
    this.card = cardOf(pod.resources.gpus, slice, sharedBy);
    if (weights === 'hub') outward.reach('internet', { why: 'weights from the model hub' });

    this.task = start?.task ?? 'generate';
    this.revision = server.revision;
    this.startsWithinSeconds = pod.startupSeconds + (pod.waitsSeconds ?? 0);

    declare(this, 'model', () => ({
      alias: id,
      model: props.model,
      engine,
      gpusPerReplica: (pod.resources.gpus ?? 0) * (group?.nodes ?? 1),
      ...(group ? { nodes: group.nodes } : {}),
      replicas: this.replicas,
      ...(pool === undefined ? {} : { pool }),
      ...(slice === undefined ? {} : { slice }),
      ...(sharedBy === undefined ? {} : { sharedBy }),
      ...(props.context === undefined ? {} : { context: props.context }),
      ...(start ? { start } : {}),
      ...(takes ? { takes } : {}),
      ...(weights ? { weights } : {}),
      smokeTested: this.smoked,
    }));
    declare(this, 'join', { object: `Service/${server.namespace}/${id}`, scope: 'model alias', defines: id });
    this.adapters = Object.keys(adapters).map((name) => new ServedAdapter(this, name));
    this.node.addValidation({
      validate: () =>
        scales && !this.scaled
          ? [
              `is to run ${this.replicas.min} to ${this.replicas.max} replicas, but nothing scales it. ` +
                'Create a ModelAutoscaler for it',
            ]
          : [],
    });
  }

  /** Whether it asks callers for a key. */
  public get asksForKey(): boolean {
    return this.secret !== undefined;
  }

  /** The key it asks for, copied once into the namespace of each caller; undefined when it asks for none. */
  public keyFor(consumer: Construct): SecretRef | undefined {
    if (this.keyOf) return this.keyOf.keyFor(consumer);
    if (!this.secret) return undefined;
    if (namespaceOf(consumer) === this.secret.namespace) return this.secret.key('apiKey');
    const known = this.copies.get(consumer);
    if (known) return known;
    const copy = new ConnectionSecret(consumer, `${this.model}-key`, {
      name: this.secret.name,
      sources: [{ from: this.secret, keys: { apiKey: 'apiKey' } }],
    });
    this.copies.set(consumer, copy.key('apiKey'));
    return copy.key('apiKey');
  }

  /** Used by what scales it. */
  public scaledByLoad(): void {
    this.scaled = true;
  }

  private cannotScale(engine: string): never {
    const { min, max } = this.replicas;
    throw new PlatformError(this, {
      what: `is to run ${min} to ${max} replicas on ${engine}, which has no metrics`,
      why: 'nobody could tell how many requests wait, so nothing would ever scale it',
      fix: `set both to ${max}, or serve it with an engine that tells its queue: vllm or sglang`,
    });
  }

  /** Used by what asks it before anybody else does. */
  public smokeTested(): void {
    this.smoked = true;
  }

  private mustBeRange(): void {
    const { min, max } = this.replicas;
    if (min > max) {
      throw new PlatformError(this, {
        what: `'replicas.min' is ${min}, above 'replicas.max', ${max}`,
        why: 'there is no number of replicas that is both',
        fix: `lower min to ${max}, or raise max to ${min}`,
      });
    }
    if (min < 1) {
      throw new PlatformError(this, {
        what: `'replicas.min' is ${min}`,
        why: 'without a running replica nothing measures a queue, and a cold one takes minutes',
        fix: 'raise min to 1',
      });
    }
  }
}

function cardOf(gpus = 0, slice?: string, sharedBy?: number): Card {
  if (!gpus) return 'none';
  if (slice !== undefined) return 'slice';
  return sharedBy === undefined ? 'whole' : 'shared';
}

const simulated = (server: Construct, { context, adapters, kvEvents }: ServerSettings): ServerPod =>
  simulatorPod({ alias: server.node.id, namespace: namespaceOf(server), context, adapters, kvEvents });
