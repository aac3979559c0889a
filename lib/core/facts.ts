import type { IConstruct } from 'constructs';
import type { AwsNeed } from './aws-need';
import type { PodTemplate, Taint } from './kube';
import type { Exporter } from './metrics';
import type { ModelFact } from './model-fact';

/** Pods, whoever makes them. Those of rendered workloads are read from the objects; the rest is declared. */
export interface PodsFact {
  /** What makes them: `Deployment/serving/chat`, `Kafka/kafka/events#broker`, `release/monitoring/grafana#grafana`. */
  readonly owner: string;
  /** Who writes their template: an object of ours, or else an operator or a chart. */
  readonly maker: 'object' | 'operator' | 'chart';
  readonly namespace: string;
  /** Pods in the steady state; 'node' means one on each node. */
  readonly replicas: number | 'node';
  /** Pods at the highest scale. */
  readonly maxReplicas: number;
  /** Runs to completion: a Job. */
  readonly job?: boolean;
  readonly template: PodTemplate;
}

/** One allowed connection, kept beside the policy it becomes so that the two can be compared. */
export interface EdgeFact {
  readonly from: Peer;
  readonly to: Peer;
  readonly ports: readonly number[];
  /** Last port, where the first begins a range. */
  readonly through?: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly why: string;
}

/** One end of a connection: pods by label, or something that is not a pod. */
export type Peer =
  | { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly outside: Outside }
  /** Every pod of a namespace that is not ours. */
  | { readonly tenant: string };

/**
 * What is not a pod: `apiServer` (service address and control-plane range), `controlPlane` (the API server calling
 * webhooks), `podIdentity` (the agent's link-local address), `awsApi` and `objectStore` (443 outward), `database`
 * (the range of the database subnets), `internet` (443 outward), `nodes` (kubelet probes and host-network pods),
 * `internalBalancer` and `publicBalancer` (the load balancer in front of a gateway, by the subnets it lives in).
 */
export type Outside =
  | 'apiServer'
  | 'controlPlane'
  | 'podIdentity'
  | 'awsApi'
  | 'objectStore'
  | 'database'
  | 'internet'
  | 'nodes'
  | 'internalBalancer'
  | 'publicBalancer';

/** A Helm release, engine-neutral: exactly what equality across engines compares. */
export interface ReleaseFact {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  /** `oci://…` up to the chart's parent, or an https repository. */
  readonly repository: string;
  readonly version: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly skipCrds: boolean;
  /** Construct path: the stable id every engine derives its own from. */
  readonly path: string;
  readonly layer: string;
  /** Kinds that must be there when it is installed, as `group/Kind`. */
  readonly requires: readonly string[];
}

/** Something that exists although no object of ours is it: a kind, a Service of a chart, a Secret an operator writes. */
export interface ProvidesFact {
  /** Kinds as `group/Kind`. */
  readonly kinds?: readonly string[];
  /** Objects as `Kind/namespace/name`, with the keys or ports others may name. */
  readonly objects?: readonly ProvidedObject[];
  /** The release that brings it: `release/namespace/name`. */
  readonly by?: string;
}

export interface ProvidedObject {
  readonly id: string;
  /** Keys of a Secret or ConfigMap. */
  readonly keys?: readonly string[];
  /** Ports of a Service. */
  readonly ports?: readonly number[];
  /** Labels that the pods behind a Service carry. */
  readonly selects?: Readonly<Record<string, string>>;
}

/** An image whose processors somebody knows. */
export interface ImageFact {
  /** Without tag: `docker.io/example/web`. */
  readonly repository: string;
  readonly processors: readonly PoolFact['arch'][];
}

/** Room that Karpenter keeps free for pods that are not there yet; no pod of its own holds it. */
export interface BufferFact {
  /** The object that asks for it: `CapacityBuffer/serving/l4-buffer`. */
  readonly owner: string;
  readonly namespace: string;
  /** How often the room of one such pod. */
  readonly replicas: number;
  readonly template: PodTemplate;
}

/** Nodes that can appear, and what the largest of them has left for pods. */
export interface PoolFact {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Values a label may take when the autoscaler chooses, such as zones or instance types. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  readonly taints: readonly Taint[];
  readonly arch: 'amd64' | 'arm64';
  /** How its nodes are bought, in the order in which the autoscaler tries. */
  readonly capacities: readonly Capacity[];
  /** Day on which a capacity block ends, and AWS takes its nodes back. */
  readonly ends?: string;
  readonly zones: readonly string[];
  readonly shapes: readonly NodeShape[];
  /** Limits by resource, such as `nvidia.com/gpu`; `nodes` counts nodes. */
  readonly limits: Readonly<Record<string, number>>;
  /** Nodes that are there whatever pods ask, no fewer and no more; absent where pods start them. */
  readonly static?: number;
  readonly consolidation: 'WhenEmpty' | 'WhenEmptyOrUnderutilized';
  /** How each of its GPUs is handed out; absent where it goes to one pod whole. */
  readonly division?: GpuDivision;
}

/** How a node is bought. */
export type Capacity = 'on-demand' | 'spot' | 'reserved';

/** A GPU that more than one pod works on. */
export type GpuDivision =
  /** Cut into slices with memory of their own. */
  | { readonly by: 'mig'; readonly layout: readonly string[] }
  /** Used in turns, with one memory for all. */
  | { readonly by: 'time-slicing'; readonly pods: number };

export interface NodeShape {
  readonly instanceType: string;
  readonly cpuMillis: number;
  readonly memoryMiB: number;
  /** Scratch space, images included. */
  readonly ephemeralMiB: number;
  readonly maxPods: number;
  /** Cards. */
  readonly gpus: number;
  /** What its device plugin offers pods, by resource: `nvidia.com/gpu`, `nvidia.com/mig-3g.40gb`. */
  readonly devices: Readonly<Record<string, number>>;
}

/** A secret somebody outside must fill before the platform works. */
export interface SuppliedSecretFact {
  readonly namespace: string;
  readonly name: string;
  readonly keys: readonly string[];
  /** Path in Secrets Manager; absent where the Secret itself is made by hand. */
  readonly path?: string;
  /** What to type. */
  readonly command: string;
  readonly why: string;
}

/** A service account's rights in AWS, as data. */
export interface IdentityFact {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Name that the role's name is composed from. */
  readonly name: string;
  readonly via: 'pod-identity' | 'irsa';
  readonly statements: readonly Statement[];
}

/** One IAM statement as data. */
export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** How long starting and ending may take; the pod spec must allow for both. */
export interface LifecycleFact {
  /** The object that makes the pods. */
  readonly owner: string;
  /** Longest work in flight, which a stopping pod must finish. */
  readonly drainSeconds: number;
  /** Slowest start that is still healthy. */
  readonly startupSeconds: number;
  /** Scaled by something else, such as KEDA: then nobody writes `replicas`. */
  readonly scaledBy?: string;
  /** Pods at the lowest and at the highest scale, when something scales it. */
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
}

/** Pods of ours that cannot keep to the strictest Pod Security level, and why. */
export interface ElevatedFact {
  /** The object that makes the pods. */
  readonly owner: string;
  readonly level: 'baseline';
  readonly why: string;
}

/** Something reachable from outside the cluster, and whether the environment file asked for it. */
export interface PublicFact {
  readonly object: string;
  readonly what: string;
  readonly declared: boolean;
}

/** A name that must be equal at both ends: a route's model and the served name, a label in a query and a job. */
export interface JoinFact {
  readonly object: string;
  /** What kind of name: 'model alias', 'metric job', … */
  readonly scope: string;
  readonly uses?: string;
  readonly defines?: string;
}

/** Who is told of alerts: the screen says so, and says when it is nobody. */
export interface AlertingFact {
  readonly critical: readonly string[];
  readonly warning: readonly string[];
  /** Whether somebody outside notices when alerting itself is down. */
  readonly deadMansSwitch: boolean;
}

/** Metrics that somebody collects. */
export interface MetricsFact {
  /** The monitor: `PodMonitor/namespace/name`. */
  readonly object: string;
  readonly exporter: Exporter;
  /** Series it tells, where it was told what to tell. */
  readonly series?: readonly string[];
}

export interface FactKinds {
  readonly pods: PodsFact;
  readonly edge: EdgeFact;
  readonly release: ReleaseFact;
  readonly provides: ProvidesFact;
  readonly pool: PoolFact;
  readonly buffer: BufferFact;
  readonly image: ImageFact;
  readonly model: ModelFact;
  readonly supplied: SuppliedSecretFact;
  readonly identity: IdentityFact;
  readonly aws: AwsNeed;
  readonly lifecycle: LifecycleFact;
  readonly elevated: ElevatedFact;
  readonly public: PublicFact;
  readonly join: JoinFact;
  readonly alerting: AlertingFact;
  readonly metrics: MetricsFact;
}

export type FactKind = keyof FactKinds;

const PREFIX = 'nexus-eks/fact/';

/** State a fact. A function is called when the tree is rendered, so later calls on the construct still count. */
export function declare<K extends FactKind>(
  construct: IConstruct,
  kind: K,
  fact: FactKinds[K] | (() => FactKinds[K] | readonly FactKinds[K][]),
): void {
  construct.node.addMetadata(PREFIX + kind, fact);
}

/** All facts of a tree, by kind, in tree order. */
export class Facts {
  private readonly byKind = new Map<FactKind, { fact: unknown; origin?: string }[]>();

  public of<K extends FactKind>(kind: K): readonly FactKinds[K][] {
    return (this.byKind.get(kind) ?? []).map((entry) => entry.fact as FactKinds[K]);
  }

  /** The entry of the environment file that a fact comes from. */
  public originOf(fact: FactKinds[FactKind]): string | undefined {
    for (const entries of this.byKind.values()) {
      const found = entries.find((entry) => entry.fact === fact);
      if (found) return found.origin;
    }
    return undefined;
  }

  /** Used by the one pass over the tree. */
  public add<K extends FactKind>(kind: K, fact: FactKinds[K], origin?: string): void {
    const list = this.byKind.get(kind) ?? [];
    list.push(origin === undefined ? { fact } : { fact, origin });
    this.byKind.set(kind, list);
  }

  /** Read what one construct declared. */
  public collect(construct: IConstruct, origin?: string): void {
    for (const entry of construct.node.metadata) {
      if (!entry.type.startsWith(PREFIX)) continue;
      const kind = entry.type.slice(PREFIX.length) as FactKind;
      const stated = typeof entry.data === 'function' ? entry.data() : entry.data;
      for (const fact of Array.isArray(stated) ? stated : [stated]) this.add(kind, fact, origin);
    }
  }
}
