import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { oneAtATime } from './budget';
import { clusterOf } from './cluster';
import { declare } from './facts';
import { WorkloadIdentity } from './identity';
import type { Labels } from './kube';
import { namespaceOf } from './layer';
import type { MetricsEndpoint } from './metrics';
import { writeImages } from './mounted-folder';
import { PodGroup } from './pod-group';
import { podLife, scaledFact } from './pod-life';
import { type PodProps, type ProbeTarget, podTemplate, revisionOf } from './pod-template';
import { policyOf } from './policy';

export interface WorkloadProps extends PodProps {
  /**
   * Name of the objects.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * 'StatefulSet' for what keeps claims.
   * @default 'Deployment'
   */
  readonly kind?: 'Deployment' | 'StatefulSet';
  /** @default - the environment's policy */
  readonly replicas?: number;
  /**
   * What scales it, such as KEDA; then nobody writes `replicas`.
   * @default - nothing: `replicas` stands
   */
  readonly scaled?: { readonly by: string; readonly max: number };
  /** When the pod takes traffic. */
  readonly ready: ProbeTarget;
  /**
   * When the pod is beyond help.
   * @default - never restarted for it
   */
  readonly alive?: ProbeTarget;
  /** Slowest start that is still healthy: the startup probe allows exactly this. */
  readonly startupSeconds: number;
  /**
   * Longest time that containers which run first may take; no probe sees it, the rollout does.
   * @default 0
   */
  readonly waitsSeconds?: number;
  /**
   * Longest work in flight, which a stopping pod finishes.
   * @default 30
   */
  readonly drainSeconds?: number;
  /**
   * How many may be new, and how many missing, during a rollout.
   * @default - one new, none missing
   */
  readonly rollout?: { readonly maxSurge: number; readonly maxUnavailable: number };
  /**
   * An Argo Rollout of that name makes the pods, from the template of this Deployment; then its replicas are the Rollout's.
   * @default - none: the Deployment makes them
   */
  readonly madeBy?: string;
  /**
   * Claims of a StatefulSet, by name.
   * @default - none
   */
  readonly claims?: Readonly<Record<string, { readonly path: string; readonly size: string }>>;
  /**
   * What ports of the Service speak, by name, where a proxy must know: `kubernetes.io/h2c`.
   * @default - not said
   */
  readonly appProtocols?: Readonly<Record<string, string>>;
  /**
   * Rights in AWS; also names the service account.
   * @default - an account of its own without rights
   */
  readonly identity?: WorkloadIdentity;
}

/** The one place that writes a service: pods, their Service, budget, account and policy. */
export class Workload extends Construct {
  public readonly name: string;
  public readonly namespace: string;
  public readonly labels: Labels;
  public readonly identity: WorkloadIdentity;
  /** For connections. */
  public readonly pods: PodGroup;
  /** `Deployment/namespace/name`. */
  public readonly owner: string;
  /** Changes with its pods. */
  public readonly revision: string;
  private readonly props: WorkloadProps;

  constructor(scope: Construct, id: string, props: WorkloadProps) {
    super(scope, id);
    this.props = props;
    this.name = props.name ?? id;
    this.namespace = namespaceOf(this);
    this.labels = { 'app.kubernetes.io/name': this.name };
    const kind = props.kind ?? 'Deployment';
    this.owner = `${kind}/${this.namespace}/${this.name}`;
    this.identity = props.identity ?? new WorkloadIdentity(this, 'Identity', { name: this.name });
    this.pods = new PodGroup(this, 'Pods', { name: this.name, labels: this.labels });
    this.identity.usedBy(this.pods);
    if (props.apiAccess) this.pods.reach('apiServer', { why: 'reads the Kubernetes API' });

    const replicas = props.replicas ?? policyOf(this).replicas;
    const scaled =
      props.scaled ??
      (props.madeBy ? { by: `Rollout/${this.namespace}/${props.madeBy}`, max: replicas } : undefined);
    const { drainSeconds, graceSeconds, probes } = podLife(props);
    declare(this, 'lifecycle', {
      owner: this.owner,
      drainSeconds,
      startupSeconds: props.startupSeconds,
      ...scaledFact(scaled, replicas),
    });

    const template = podTemplate(this, props, {
      name: this.name,
      labels: this.labels,
      serviceAccount: this.identity.serviceAccount,
      probes,
      claims: Object.fromEntries(
        Object.entries(props.claims ?? {}).map(([claim, { path }]) => [claim, path]),
      ),
      spec: {
        terminationGracePeriodSeconds: graceSeconds,
        ...((scaled?.max ?? replicas) > 1
          ? { topologySpreadConstraints: replicaSpread(this, this.labels, props) }
          : {}),
      },
    });
    this.revision = revisionOf(template, props.mounts);
    const metadata = { name: this.name, namespace: this.namespace, labels: { ...this.labels } };
    const common = {
      ...(scaled ? {} : { replicas }),
      selector: { matchLabels: { ...this.labels } },
      template,
    };
    if (kind === 'Deployment') {
      const { maxSurge, maxUnavailable } = props.rollout ?? { maxSurge: 1, maxUnavailable: 0 };
      const object = new k8s.KubeDeployment(this, 'Deployment', {
        metadata,
        spec: {
          ...common,
          // A slow start must not be reported as a failed rollout.
          progressDeadlineSeconds: props.startupSeconds + (props.waitsSeconds ?? 0) + 600,
          strategy: {
            type: 'RollingUpdate',
            rollingUpdate: {
              maxSurge: k8s.IntOrString.fromNumber(maxSurge),
              maxUnavailable: k8s.IntOrString.fromNumber(maxUnavailable),
            },
          },
        },
      });
      writeImages(object, '/spec/template', template, props);
    } else {
      const object = new k8s.KubeStatefulSet(this, 'StatefulSet', {
        metadata,
        spec: { ...common, serviceName: this.name, volumeClaimTemplates: this.claims() },
      });
      writeImages(object, '/spec/template', template, props);
    }
    const ports = opened(props);
    if (ports) {
      new k8s.KubeService(this, 'Service', {
        metadata,
        spec: {
          selector: { ...this.labels },
          ports: Object.entries(ports).map(([name, port]) => ({
            name,
            port,
            targetPort: k8s.IntOrString.fromString(name),
            ...(props.appProtocols?.[name] ? { appProtocol: props.appProtocols[name] } : {}),
          })),
        },
      });
    }
    if (replicas > 1) {
      oneAtATime(this, metadata, this.labels);
    }
  }

  /** Name that other namespaces reach the Service under. */
  public get host(): string {
    return `${this.name}.${this.namespace}.svc`;
  }

  /** Metrics on one of the ports. */
  public metrics(port: string, options: Partial<MetricsEndpoint> = {}): MetricsEndpoint {
    const portNumber = { ...opened(this.props), ...this.props.ports }[port];
    if (portNumber === undefined) throw new Error(`${this.owner} opens no port '${port}'`);
    return { name: this.name, pods: this.pods, port, portNumber, ...options };
  }

  private claims(): k8s.KubePersistentVolumeClaimProps[] {
    return Object.entries(this.props.claims ?? {}).map(([name, { size }]) => ({
      metadata: { name },
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: clusterOf(this).storageClass,
        resources: { requests: { storage: k8s.Quantity.fromString(size) } },
      },
    }));
  }
}

/** Replicas in different zones and on different nodes, as far as the policy and their GPUs allow. */
export function replicaSpread(
  scope: Construct,
  labels: Labels,
  {
    kind = 'Deployment',
    madeBy,
    placement,
    resources,
  }: Pick<WorkloadProps, 'kind' | 'madeBy' | 'placement' | 'resources'>,
): k8s.TopologySpreadConstraint[] {
  const base = {
    maxSkew: 1,
    labelSelector: { matchLabels: { ...labels } },
    // Counting old pods too would leave the last new one without a zone.
    ...(kind === 'Deployment'
      ? { matchLabelKeys: [madeBy ? 'rollouts-pod-template-hash' : 'pod-template-hash'] }
      : {}),
  };
  const zones = {
    ...base,
    topologyKey: 'topology.kubernetes.io/zone',
    // GPUs are not to be had in every zone at every hour, and a pool at its limit cannot choose another.
    whenUnsatisfiable: policyOf(scope).spreadZones && !resources.gpus ? 'DoNotSchedule' : 'ScheduleAnyway',
  };
  return [
    ...(placement?.zoneOf ? [] : [zones]),
    { ...base, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
  ];
}

/** Ports that callers reach: those of the containers in front, where there are any. */
function opened({ ports, sidecars = {} }: PodProps): PodProps['ports'] {
  const inFront = Object.values(sidecars).map((sidecar) => sidecar.ports);
  return inFront.length ? Object.assign({}, ...inFront) : ports;
}
