import { Construct } from 'constructs';
import { declare } from './facts';
import type { Container, Labels, PodSpec, Toleration } from './kube';
import { namespaceOf } from './layer';
import type { MetricsEndpoint } from './metrics';
import { PodGroup } from './pod-group';

/** One container of a pod that we do not write ourselves. */
export interface DeclaredContainer {
  readonly name: string;
  readonly image?: string;
  /** CPU request, such as `100m`. Always stated: without it nothing can be proven. */
  readonly cpu: string;
  /** Memory request and limit, such as `256Mi`. */
  readonly memory: string;
  /** Container ports by name. */
  readonly ports?: Readonly<Record<string, number>>;
}

export interface DeclaredPodsProps {
  /** Short name of this group, such as `controller`. */
  readonly name: string;
  /** @default - the layer's */
  readonly namespace?: string;
  /** Who makes them, such as `Kafka/kafka/events`. */
  readonly by: string;
  readonly maker: 'operator' | 'chart';
  /** Labels on the pods, as their maker writes them. */
  readonly labels: Labels;
  /** 'node' for a DaemonSet. */
  readonly replicas: number | 'node';
  readonly containers: readonly DeclaredContainer[];
  readonly serviceAccount?: string;
  readonly tolerations?: readonly Toleration[];
  readonly nodeSelector?: Labels;
  /** Anything else of the pod that placement or admission reads. */
  readonly spec?: Partial<PodSpec>;
  /**
   * Pod Security level the pod needs. Above 'restricted' it is a fact of the chart, and its namespace must allow it.
   * @default 'restricted'
   */
  readonly security?: 'restricted' | 'baseline' | 'privileged';
  /**
   * Whether network policies apply: not to pods in the host's network.
   * @default true
   */
  readonly policy?: boolean;
}

const RESTRICTED = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  seccompProfile: { type: 'RuntimeDefault' },
  capabilities: { drop: ['ALL'] },
} as const;

/** What stands in for a pod's own security settings, which we do not write but know the level of. */
const SECURITY = { restricted: RESTRICTED, baseline: {}, privileged: { privileged: true } } as const;

/** Pods that a chart or an operator makes: placement, network and admission judge them like our own. */
export class DeclaredPods extends Construct {
  /** For connections; absent for pods in the host's network. */
  public readonly group: PodGroup | undefined;
  public readonly owner: string;
  private readonly props: DeclaredPodsProps;
  private readonly label: string;

  constructor(scope: Construct, id: string, props: DeclaredPodsProps) {
    super(scope, id);
    this.props = props;
    const namespace = props.namespace ?? namespaceOf(this);
    const security = SECURITY[props.security ?? 'restricted'];
    this.owner = `${props.by}#${props.name}`;
    // Two charts of one namespace may both have a 'controller'.
    this.label = `${props.by.split('/').pop()}-${props.name}`;
    if (props.policy ?? true) {
      this.group = new PodGroup(this, 'Pods', { name: this.label, namespace, labels: props.labels });
    }

    const containers = props.containers.map(
      (c): Container => ({
        name: c.name,
        ...(c.image ? { image: c.image } : {}),
        ports: Object.entries(c.ports ?? {}).map(([name, containerPort]) => ({ name, containerPort })),
        resources: { requests: { cpu: c.cpu, memory: c.memory }, limits: { memory: c.memory } },
        securityContext: security,
      }),
    );
    declare(this, 'pods', {
      owner: this.owner,
      maker: props.maker,
      namespace,
      replicas: props.replicas,
      maxReplicas: props.replicas === 'node' ? 1 : props.replicas,
      template: {
        metadata: { labels: props.labels },
        spec: {
          containers,
          ...(props.serviceAccount ? { serviceAccountName: props.serviceAccount } : {}),
          ...(props.tolerations ? { tolerations: props.tolerations } : {}),
          ...(props.nodeSelector ? { nodeSelector: props.nodeSelector } : {}),
          ...(props.policy === false ? { hostNetwork: true } : {}),
          ...props.spec,
        },
      },
    });
  }

  /** The group, for pods that policies apply to. */
  public get pods(): PodGroup {
    if (!this.group) throw new Error(`${this.owner} runs in the host's network: no policy applies to it`);
    return this.group;
  }

  /** Metrics on one of the declared ports. */
  public metrics(port: string, options: Partial<MetricsEndpoint> = {}): MetricsEndpoint {
    const number = this.props.containers.map((c) => c.ports?.[port]).find((n) => n !== undefined);
    if (number === undefined) throw new Error(`${this.owner} opens no port '${port}'`);
    return { name: this.label, pods: this.pods, port, portNumber: number, ...options };
  }
}
