import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import type { IModelEndpoint, IScrapeTarget } from '../../contracts';
import {
  declare,
  images,
  type MetricsEndpoint,
  namespaceOf,
  PlatformError,
  type PodGroup,
  toYaml,
  Workload,
} from '../../core';
import type { Disaggregation } from '../disaggregated';
import { type KvEvents, pickerName } from '../kv-events';
import type { RankPorts } from '../rank-ports';
import { ASKED_BY_GATEWAYS } from './asked-by-gateways';
import { ENGINE_METRICS, type EngineMetrics, pickerConfig } from './picker-config';
import { heard, PRECISE_SIZE, type Prefix } from './precise-prefix';
import { EXPERIMENTAL, SCORER_PROFILES, type ScorerProfile, type ScorerWeights } from './scorers';

/** A model server in the cluster whose replicas can be told apart: pods, their port and their metrics. */
export type ModelPods = IModelEndpoint &
  IScrapeTarget & {
    readonly pods: PodGroup;
    readonly port: number;
    readonly replicas: { readonly min: number; readonly max: number };
    /** Parts of one replica with a queue and a cache of their own; absent for one. */
    readonly ranks?: number;
    /** Where each of them answers; absent where one answers for all. */
    readonly rankPorts?: RankPorts;
    /** Pods of two roles; absent where each does all. */
    readonly disaggregation?: Disaggregation;
    readonly kvEvents?: KvEvents;
    /** Models of their own names behind the same replicas. */
    readonly adapters?: readonly { readonly model: string }[];
  };

/** A name that the server knows, and its part of the requests for an alias. */
export interface RewriteTarget {
  readonly served: string;
  readonly weight: number;
}

export interface PickerOptions {
  /**
   * What is weighed: a profile by name, or weights.
   * @default 'cache'
   */
  readonly scorers?: ScorerProfile | ScorerWeights;
  /**
   * How it knows which replica holds the beginning of a prompt: by what it sent where, or by what engines with
   * `kvEvents` tell, in their own tokens.
   * @default 'approximate'
   */
  readonly prefix?: Prefix;
  /**
   * Pickers that choose, each by itself. Of several one may be lost without an error; by approximate prefixes each learns what
   * it sent where, so that the beginning of a prompt may lie in as many replicas.
   * @default 1
   */
  readonly pickers?: number;
  /**
   * While the picker does not answer: 'open' sends requests to any replica, 'close' refuses them.
   * @default 'open'
   */
  readonly onFailure?: 'open' | 'close';
  /**
   * How urgent requests are, by name; a negative one is shed first. Clients name it in the header
   * `x-llm-d-inference-objective`, as `<model>-<name>`.
   * @default - none: all are equal
   */
  readonly priorities?: Readonly<Record<string, number>>;
}

/** What the picker of a canary is told besides. */
export interface CanaryOptions extends PickerOptions {
  /** Name whose requests it answers. */
  readonly answersAs: string;
}

const PORTS = { grpc: 9002, health: 9003, metrics: 9090 } as const;
const CONFIG = '/etc/picker';
const SIZE = { cpu: '1', memory: '2Gi' } as const;
const GROUP = 'inference.networking.k8s.io';
/** More lose hits, and nobody else. */
const MOST_PICKERS = 3;

/** The replicas of one model as an InferencePool, and llm-d's endpoint picker that chooses among them. */
export class EndpointPicker extends Construct implements IScrapeTarget {
  /** Name of the InferencePool. */
  public readonly pool: string;
  /** Name of its Service. */
  public readonly service: string;
  public readonly metrics: readonly MetricsEndpoint[];
  /** Names of priorities that it knows. */
  public readonly priorities: readonly string[];
  private readonly namespace: string;
  private readonly picker: PodGroup;
  private readonly server: ModelPods;

  constructor(scope: Construct, id: string, server: ModelPods, options: PickerOptions | CanaryOptions = {}) {
    super(scope, id);
    this.server = server;
    this.pool = server.model;
    this.namespace = namespaceOf(this);
    const answersAs = 'answersAs' in options ? options.answersAs : undefined;
    this.mustChoose(answersAs);
    const { disaggregation } = server;
    const alone = disaggregation?.answersAlone ?? true;
    const { onFailure = alone ? 'open' : 'close', priorities = {}, pickers = 1 } = options;
    this.mustBeSome(pickers);
    this.mustBeSent(onFailure, alone);
    const name = pickerName(this.pool);
    this.service = name;
    const weights = this.weights(options.scorers ?? 'cache');
    const precise = options.prefix === 'precise' ? heard(this, server, weights) : undefined;
    const config = pickerConfig(weights, this.engine(), { heard: precise, readFrom: disaggregation?.from });
    const called: Readonly<Record<string, number>> =
      precise?.events.listens === 'picker' ? { 'kv-events': precise.events.port } : {};
    const experimental = EXPERIMENTAL.some((scorer) => weights[scorer]);

    const picker = new Workload(this, 'Picker', {
      name,
      image: images.endpointPicker,
      args: [
        `--pool-name=${this.pool}`,
        `--pool-namespace=${this.namespace}`,
        `--pool-group=${GROUP}`,
        `--config-file=${CONFIG}/config.yaml`,
        `--grpc-port=${PORTS.grpc}`,
        `--grpc-health-port=${PORTS.health}`,
        `--metrics-port=${PORTS.metrics}`,
        ...ASKED_BY_GATEWAYS,
        `--drain-timeout=${server.longestSeconds}s`,
        ...(experimental ? ['--allow-experimental-plugins'] : []),
        '--tracing=false',
        '--zap-encoder=json',
      ],
      env: { NAMESPACE: { field: 'metadata.namespace' }, POD_NAME: { field: 'metadata.name' } },
      resources: precise ? PRECISE_SIZE : SIZE,
      config: { [CONFIG]: { 'config.yaml': toYaml(config) } },
      ports: { ...PORTS, ...called },
      appProtocols: { grpc: 'kubernetes.io/h2c' },
      ready: { grpc: 'health', service: 'inference-extension' },
      startupSeconds: 120,
      drainSeconds: server.longestSeconds,
      user: 65532,
      // All of them choose: one that waited to be the leader would serve nobody, and never be ready.
      replicas: pickers,
      apiAccess: true,
    });
    this.picker = picker.pods;
    this.metrics = [picker.metrics('metrics', { exporter: 'llm-d' })];
    declare(this, 'join', {
      object: `InferencePool/${this.namespace}/${this.pool}`,
      scope: 'picked model',
      defines: this.pool,
    });
    this.rights(name, picker.identity.serviceAccount);
    this.open(this.picker, 'load of each replica');
    disaggregation?.picked();
    server.rankPorts?.picked();
    if (precise) {
      const { port, listens } = precise.events;
      const [door, caller] = listens === 'replica' ? [server.pods, this.picker] : [this.picker, server.pods];
      door.allowFrom(caller, { port, why: 'what is in the KV cache of each replica' });
    }

    new ApiObject(this, 'Pool', {
      apiVersion: `${GROUP}/v1`,
      kind: 'InferencePool',
      metadata: { name: this.pool, namespace: this.namespace },
      spec: {
        selector: { matchLabels: { ...(disaggregation?.labels ?? server.pods.labels) } },
        targetPorts: this.ports.map((number) => ({ number })),
        appProtocol: 'http',
        endpointPickerRef: {
          group: '',
          kind: 'Service',
          name,
          port: { number: PORTS.grpc },
          failureMode: onFailure === 'open' ? 'FailOpen' : 'FailClose',
        },
      },
    });
    if (answersAs !== undefined) this.answerAs(answersAs);
    this.priorities = Object.keys(priorities);
    for (const [objective, priority] of Object.entries(priorities)) {
      new ApiObject(this, `Objective-${objective}`, {
        apiVersion: 'llm-d.ai/v1alpha2',
        kind: 'InferenceObjective',
        metadata: { name: this.objective(objective), namespace: this.namespace },
        spec: { priority, poolRef: this.ref() },
      });
    }
  }

  /** Let proxies of a gateway ask which replica to take, and take it. */
  public allowFrom(proxies: PodGroup): void {
    this.picker.allowFrom(proxies, { port: PORTS.grpc, why: `which replica of '${this.pool}'` });
    this.open(proxies, `requests for '${this.pool}'`);
  }

  /** Let in wherever its servers answer. */
  private open(to: PodGroup, why: string): void {
    for (const pods of this.endpoints) {
      for (const port of this.ports) pods.allowFrom(to, { port, why });
    }
  }

  private get ports(): readonly number[] {
    return this.server.rankPorts?.ports ?? [this.server.port];
  }

  /** All pods that it may name, of both roles where there are two. */
  private get endpoints(): readonly PodGroup[] {
    const { pods, disaggregation } = this.server;
    return disaggregation ? [pods, disaggregation.prefill] : [pods];
  }

  /** Name by which requests ask for a priority. */
  public objective(priority: string): string {
    return `${this.pool}-${priority}`;
  }

  /** Answer requests for another name, which the servers do not know, under one or several that they do. */
  public answerAs(
    alias: string,
    targets: readonly RewriteTarget[] = [{ served: this.server.model, weight: 100 }],
  ): void {
    new ApiObject(this, `Rewrite-${alias}`, {
      apiVersion: 'llm-d.ai/v1alpha2',
      kind: 'InferenceModelRewrite',
      metadata: { name: `${alias}-${this.pool}`, namespace: this.namespace },
      spec: {
        poolRef: this.ref(),
        rules: [
          {
            matches: [{ model: { type: 'Exact', value: alias } }],
            targets: targets.map(({ served, weight }) => ({ modelRewrite: served, weight })),
          },
        ],
      },
    });
  }

  private ref() {
    return { group: GROUP, kind: 'InferencePool', name: this.pool };
  }

  /** It watches its pool, the pods of it, and what is said about them. */
  private rights(name: string, account: string): void {
    const metadata = { name, namespace: this.namespace };
    const verbs = ['get', 'list', 'watch'];
    new k8s.KubeRole(this, 'Role', {
      metadata,
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs },
        { apiGroups: [GROUP], resources: ['inferencepools'], verbs },
        {
          apiGroups: ['llm-d.ai'],
          resources: ['inferenceobjectives', 'inferencemodelrewrites'],
          verbs,
        },
      ],
    });
    new k8s.KubeRoleBinding(this, 'RoleBinding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: this.namespace }],
    });
  }

  private weights(scorers: ScorerProfile | ScorerWeights): ScorerWeights {
    const weights = typeof scorers === 'string' ? SCORER_PROFILES[scorers] : scorers;
    if (Object.values(weights).some((weight) => weight > 0)) return weights;
    throw new PlatformError(this, {
      what: "'scorers' weighs nothing",
      why: 'a picker without a scorer takes a replica by chance, which the Service does without it',
      fix: 'give one scorer a weight, or route to the Service',
    });
  }

  private engine(): EngineMetrics {
    const exporter = this.server.metrics.map((endpoint) => endpoint.exporter).find((name) => name);
    const known = exporter && ENGINE_METRICS[exporter];
    if (known) return known;
    throw new PlatformError(this, {
      what: `'${this.pool}' tells no metrics that the picker can read`,
      why: `it weighs queues and caches by names of its engines: ${Object.keys(ENGINE_METRICS).join(', ')}`,
      fix: 'route to the Service of this model',
    });
  }

  private mustBeSome(pickers: number): void {
    if (Number.isInteger(pickers) && pickers >= 1 && pickers <= MOST_PICKERS) return;
    throw new PlatformError(this, {
      what: `'pickers' is ${pickers}`,
      why: 'without one nobody chooses, and each further one knows less of what the others sent where',
      fix: `write a number from 1 to ${MOST_PICKERS}`,
    });
  }

  private mustBeSent(onFailure: PickerOptions['onFailure'], alone: boolean): void {
    if (alone || onFailure === 'close') return;
    throw new PlatformError(this, {
      what: `'onFailure' is 'open', and pods of '${this.pool}' answer only what a picker sent them`,
      why: 'without a prefill pod named beside it, SGLang refuses each request of a model with two roles',
      fix: "set onFailure to 'close', or leave it out",
    });
  }

  private mustChoose(answersAs: string | undefined): void {
    const { pods, replicas, disaggregation, ranks = 1, rankPorts } = this.server;
    if (ranks > 1 && !rankPorts) {
      throw new PlatformError(this, {
        what: `picks among replicas of '${this.pool}', each of ${ranks} ranks`,
        why: 'each rank has a queue and a cache of its own, of which the picker would read one',
        fix: `set rankPorts on a VllmService, or route to the Service of '${this.pool}': the replica chooses among its ranks`,
      });
    }
    // Its server knows another name than the requests have: the picker writes it. Of two roles it chooses in each.
    if (replicas.max < 2 && answersAs === undefined && !disaggregation && !rankPorts) {
      throw new PlatformError(this, {
        what: `picks among 1 replica of '${this.pool}'`,
        why: 'there is nothing to choose, and one more thing that can fail',
        fix: `route to the Service of '${this.pool}', or give it more replicas`,
      });
    }
    if (pods.namespace !== this.namespace) {
      throw new PlatformError(this, {
        what: `is in namespace '${this.namespace}', and the pods of '${this.pool}' are in '${pods.namespace}'`,
        why: 'an InferencePool selects pods of its own namespace',
        fix: `move the gateway to '${pods.namespace}'`,
      });
    }
  }
}
