import { Construct } from 'constructs';
import type { IModelEndpoint, IScrapeTarget } from '../contracts';
import {
  ConnectionSecret,
  declare,
  GeneratedSecret,
  GroupWorkload,
  KSERVE_CONTAINER,
  KServeWorkload,
  type MetricsEndpoint,
  type ModelStart,
  namespaceOf,
  PlatformError,
  type PodGroup,
  type PodResources,
  policyOf,
  type SecretRef,
  Workload,
} from '../core';
import { type Adapter, ServedAdapter } from './adapters';
import type { EngineName } from './engines';
import type { KvEvents } from './kv-events';
import { mustBePicked, type RankPorts, rankPortNames } from './rank-ports';
import { mustBeRange, mustBeScaled, type ReplicaRange, replicasOf, scales } from './replica-range';
import type { ServerPod, ServerSettings } from './server-pod';
import { PORT, serverWorkload } from './server-workload';
import { type Card, cardOf, waitingAtRanks } from './signals';
import { simulatorPod } from './simulator-pod';

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

/** One model behind one OpenAI-compatible Service called like the construct: what every engine has in common. */
export abstract class ModelServer extends Construct implements IModelEndpoint, IScrapeTarget {
  /** The served name: the construct's id. */
  public readonly model: string;
  public readonly baseUrl: string;
  public readonly provider: string;
  public readonly pods: PodGroup;
  /** What its pods run: pulled beforehand where nodes are kept warm. */
  public readonly image: string;
  /** Images whose files its pods mount. */
  public readonly mountedImages: readonly string[];
  /** Secrets with the logins of their registries. */
  public readonly pullSecrets: readonly string[];
  /** What each of its pods asks for: batch work gets what is left. */
  public readonly resources: PodResources;
  public readonly port: number;
  public readonly longestSeconds: number;
  public readonly replicas: ReplicaRange;
  /** Whose metrics its pods tell: what an autoscaler follows is called by that engine's names. Absent where none are told. */
  public readonly tells?: EngineName;
  /** Its GPUs, as their metrics see them. */
  public readonly card: Card;
  /** What the metrics of its GPUs are labelled with. */
  public readonly holder: string;
  /** Nodes of one replica. */
  public readonly nodes: number;
  /** Pods of one replica that tell metrics. */
  public readonly tellers: number;
  /** Parts of one replica with a queue and a cache of their own. */
  public readonly ranks: number;
  /** Where each of them answers; absent where one answers for all. */
  public readonly rankPorts?: RankPorts;
  /** What it does for its callers. */
  public readonly task: ModelStart['task'];
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
  /** Used by what scales it. */
  public readonly scaledByLoad: () => void;
  private readonly server: Workload | GroupWorkload | KServeWorkload;
  private readonly engineBehind: boolean;
  private readonly secret?: GeneratedSecret;
  private readonly keyOf?: ModelServer;
  private readonly copies = new Map<Construct, SecretRef>();
  private smoked = false;

  protected constructor(
    scope: Construct,
    id: string,
    props: ModelServerProps,
    describe: (server: Construct, settings: ServerSettings) => ServerPod,
    told: Pick<ServerSettings, 'rankPorts'> = {},
  ) {
    super(scope, id);
    const fixed = policyOf(this).replicas;
    this.model = id;
    this.replicas = props.replicas ?? { min: fixed, max: fixed };
    this.longestSeconds = props.drainSeconds ?? 120;
    mustBeRange(this, this.replicas);

    this.keyOf = props.keyOf;
    if (props.keyOf) this.secret = props.keyOf.secret;
    else if (props.apiKey) {
      this.secret = new GeneratedSecret(this, 'Key', {
        name: `${id}-api-key`,
        generate: { apiKey: { prefix: 'sk-' } },
      });
    }
    const adapters = props.adapters ?? {};

    const made = (props.simulate ? simulated : describe)(this, {
      model: props.model,
      replicas: this.replicas,
      drainSeconds: this.longestSeconds,
      adapters,
      kvEvents: props.kvEvents,
      ...told,
      ...(this.secret ? { key: this.secret.key('apiKey') } : {}),
      ...(props.context === undefined ? {} : { context: props.context }),
    });
    const { engine, tells, pool, slice, sharedBy, weights, start, takes, group, kserve, resources } = made;
    this.kvEvents = made.kvEvents;
    this.port = made.port ?? PORT;
    this.image = made.image;
    this.mountedImages = Object.values(made.mounts ?? {}).flatMap((from) =>
      'image' in from ? from.image : [],
    );
    this.pullSecrets = made.pullSecrets ?? [];
    this.resources = resources;
    if (scales(this.replicas) && !tells) this.cannotScale(engine);
    const described = {
      ...serverWorkload(this, made, this.secret !== undefined),
      name: id,
      drainSeconds: this.longestSeconds,
      ...replicasOf(this, id, this.replicas),
    };
    const server = kserve
      ? new KServeWorkload(this, 'Server', { ...described, ...kserve })
      : group
        ? new GroupWorkload(this, 'Server', {
            ...described,
            size: group.nodes,
            memberArgs: group.workerArgs,
            membersTell: group.allTell,
          })
        : new Workload(this, 'Server', described);
    const outward = server instanceof GroupWorkload ? server.members : server.pods;
    const target = server instanceof KServeWorkload ? server.deployment : id;
    this.scaleTarget = group
      ? { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet', name: id }
      : { name: target };
    // Its own container is called like the model, that of KServe like all others.
    this.holder = kserve
      ? `container="${KSERVE_CONTAINER}",pod=~"${target}-[^-]+-[^-]+"`
      : `container="${id}"`;
    this.pods = server.pods;
    this.baseUrl = `http://${server.host}:${this.port}/v1`;
    this.provider = `hosted_vllm/${id}`;
    this.server = server;
    this.engineBehind = made.enginePort !== undefined;
    this.tells = tells;
    this.card = cardOf(resources.gpus, slice, sharedBy);
    this.nodes = group?.nodes ?? 1;
    this.tellers = group?.allTell ? group.nodes : 1;
    this.ranks = made.ranks ?? 1;
    if (made.rankPorts) this.rankPorts = mustBePicked(this, made.rankPorts);
    if (weights === 'hub') outward.reach('internet', { why: 'weights from the model hub' });

    this.task = start?.task ?? 'generate';
    this.startsWithinSeconds = made.startupSeconds + (made.waitsSeconds ?? 0);

    declare(this, 'model', () => ({
      alias: id,
      model: props.model,
      engine,
      gpusPerReplica: (resources.gpus ?? 0) * (group?.nodes ?? 1),
      ...(group ? { nodes: group.nodes } : {}),
      replicas: this.replicas,
      ...(pool === undefined ? {} : { pool }),
      ...(slice === undefined ? {} : { slice }),
      ...(sharedBy === undefined ? {} : { sharedBy }),
      ...(props.context === undefined ? {} : { context: props.context }),
      ...(start ? { start } : {}),
      ...(takes ? { takes } : {}),
      ...(weights ? { weights } : {}),
      ...(kserve ? { scaleTarget: target, tells } : {}),
      ...made.role,
      smokeTested: this.smoked,
    }));
    declare(this, 'join', { object: `Service/${server.namespace}/${id}`, scope: 'model alias', defines: id });
    this.adapters = Object.keys(adapters).map((name) => new ServedAdapter(this, name));
    this.scaledByLoad = mustBeScaled(this, this.replicas);
  }

  public get metrics(): readonly MetricsEndpoint[] {
    if (!this.tells) return [];
    const { http: _, ...alsoAt } = rankPortNames(this.rankPorts?.ports ?? [this.port]);
    const also = Object.keys(alsoAt).length ? { alsoAt } : {};
    // Of the engine itself, where a sidecar stands before it.
    return [this.server.metrics(this.engineBehind ? 'engine' : 'http', { exporter: this.tells, ...also })];
  }

  /** Requests that may wait at a replica: so many for each rank, where it has several. */
  public get queueTarget(): number | undefined {
    return waitingAtRanks(this.ranks);
  }

  /** Changes with its pods. */
  public get revision(): string {
    return this.server.revision;
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
}

const simulated = (
  server: Construct,
  { context, adapters, kvEvents, rankPorts }: ServerSettings,
): ServerPod =>
  simulatorPod({
    alias: server.node.id,
    namespace: namespaceOf(server),
    context,
    adapters,
    kvEvents,
    rankPorts,
  });
