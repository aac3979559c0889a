import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { oneAtATime } from './budget';
import { PlatformError } from './errors';
import { declare } from './facts';
import { WorkloadIdentity } from './identity';
import type { Labels } from './kube';
import { namespaceOf } from './layer';
import type { MetricsEndpoint } from './metrics';
import { writeImages } from './mounted-folder';
import { PodGroup } from './pod-group';
import { DEREGISTER_SECONDS, MARGIN_SECONDS, podLife, scaledFact, sleepBeforeStop } from './pod-life';
import { type EnvVars, podTemplate, revisionOf } from './pod-template';
import { policyOf } from './policy';
import type { WorkloadProps } from './workload';

type MemberProps = Omit<WorkloadProps, 'kind' | 'claims' | 'config' | 'env'> & { readonly env?: EnvVars };

export interface GroupWorkloadProps extends MemberProps {
  /** Pods of one group, the leader included: each on a node of its own. */
  readonly size: number;
  /** What the other members are started with; the leader has `args`. */
  readonly memberArgs: readonly string[];
  /**
   * Whether the others tell metrics too, on the ports of the leader. They answer nobody else.
   * @default - the leader tells of all
   */
  readonly membersTell?: boolean;
}

/** Tells the pod that answers from those that only compute. */
const ROLE = 'nexus.dev/role';
/** Processes of a group choose their ports when they start. */
const PORTS = { port: 1024, through: 65535 };
/** `<name>-<group>-<hash>` becomes a label of the pods, of at most 63 characters. */
const LONGEST_NAME = 48;

/**
 * Pods that work as one, on several nodes: the leader of each group takes the traffic, and a group whose member ends is
 * started anew as a whole. What `Workload` writes for pods that work alone, for a LeaderWorkerSet. Its nodes are to be
 * of one zone: groups of several would take each other's nodes, and wait for one that is not there.
 */
export class GroupWorkload extends Construct {
  public readonly name: string;
  public readonly namespace: string;
  public readonly identity: WorkloadIdentity;
  /** The leaders, for connections of those who call. */
  public readonly pods: PodGroup;
  /** All members, for connections outward. */
  public readonly members: PodGroup;
  /** Changes with its pods. */
  public readonly revision: string;
  private readonly props: GroupWorkloadProps;

  constructor(scope: Construct, id: string, props: GroupWorkloadProps) {
    super(scope, id);
    this.props = props;
    this.name = props.name ?? id;
    this.namespace = namespaceOf(this);
    this.mustBeShort();
    const { replicas = policyOf(this).replicas, scaled, size } = props;
    const { drainSeconds, graceSeconds, probes } = podLife(props);
    const labels = { 'app.kubernetes.io/name': this.name };
    const leaderLabels = { ...labels, [ROLE]: 'leader' };

    this.identity = props.identity ?? new WorkloadIdentity(this, 'Identity', { name: this.name });
    this.members = new PodGroup(this, 'Members', { name: `${this.name}-members`, labels });
    this.pods = new PodGroup(this, 'Pods', { name: this.name, labels: leaderLabels });
    this.identity.usedBy(this.members);
    this.members.allowFrom(this.members, { ...PORTS, why: 'members of a group' });

    const owner = `LeaderWorkerSet/${this.namespace}/${this.name}`;
    const { startupSeconds } = props;
    declare(this, 'lifecycle', () => [
      {
        owner: `${owner}#leader`,
        drainSeconds,
        startupSeconds,
        ...scaledFact(scaled, replicas),
      },
      { owner: `${owner}#worker`, drainSeconds: 0, startupSeconds },
    ]);

    // A worker that is asked to stop outlives its leader, whose answers need it.
    const workerSleep = DEREGISTER_SECONDS + drainSeconds + 5;
    const leader = this.template('Leader', props, leaderLabels, {
      probes,
      spec: { terminationGracePeriodSeconds: graceSeconds },
    });
    const worker = this.template(
      'Worker',
      { ...props, args: props.memberArgs, ports: props.membersTell ? props.ports : undefined },
      { ...labels, [ROLE]: 'worker' },
      {
        probes: { lifecycle: sleepBeforeStop(workerSleep) },
        spec: { terminationGracePeriodSeconds: workerSleep + MARGIN_SECONDS },
      },
    );
    this.revision = revisionOf(leader, worker, props.mounts);
    const metadata = { name: this.name, namespace: this.namespace, labels };
    const object = new ApiObject(this, 'Groups', {
      apiVersion: 'leaderworkerset.x-k8s.io/v1',
      kind: 'LeaderWorkerSet',
      metadata,
      spec: {
        ...(scaled ? {} : { replicas }),
        // A headless Service for each group: the one of all groups would have the name of ours.
        networkConfig: { subdomainPolicy: 'UniquePerReplica' },
        startupPolicy: 'LeaderCreated',
        leaderWorkerTemplate: {
          size,
          // Processes that lost one of them never find together again.
          restartPolicy: 'RecreateGroupOnPodRestart',
          leaderTemplate: k8s.toJson_PodTemplateSpec(leader),
          workerTemplate: k8s.toJson_PodTemplateSpec(worker),
        },
        rolloutStrategy: {
          type: 'RollingUpdate',
          rollingUpdateConfiguration: {
            partition: 0,
            ...(props.rollout ?? { maxSurge: 1, maxUnavailable: 0 }),
          },
        },
      },
    });
    writeImages(object, '/spec/leaderWorkerTemplate/leaderTemplate', leader, props);
    writeImages(object, '/spec/leaderWorkerTemplate/workerTemplate', worker, props);
    new k8s.KubeService(this, 'Service', {
      metadata,
      spec: {
        selector: leaderLabels,
        ports: Object.entries(props.ports ?? {}).map(([name, port]) => ({
          name,
          port,
          targetPort: k8s.IntOrString.fromString(name),
        })),
      },
    });
    if (replicas > 1) {
      // Over all members: each takes its whole group with it, so one at a time is one group at a time.
      oneAtATime(this, metadata, labels);
    }
  }

  /** Name that other namespaces reach the Service under. */
  public get host(): string {
    return `${this.name}.${this.namespace}.svc`;
  }

  /** Metrics on one of the ports, of leaders or of all members. */
  public metrics(port: string, options: Partial<MetricsEndpoint> = {}): MetricsEndpoint {
    const portNumber = this.props.ports?.[port];
    if (portNumber === undefined) throw new Error(`${this.node.path} opens no port '${port}'`);
    const pods = this.props.membersTell ? this.members : this.pods;
    return { name: this.name, pods, port, portNumber, ...options };
  }

  private template(
    id: string,
    props: MemberProps,
    labels: Labels,
    { probes: own, spec }: Pick<Parameters<typeof podTemplate>[2], 'probes' | 'spec'>,
  ): k8s.PodTemplateSpec {
    const { serviceAccount } = this.identity;
    const context = { name: this.name, labels, serviceAccount, probes: own, spec };
    return podTemplate(new Construct(this, id), props, context);
  }

  private mustBeShort(): void {
    if (this.name.length <= LONGEST_NAME) return;
    throw new PlatformError(this, {
      what: `the name '${this.name}' has ${this.name.length} characters, and runs in groups of pods`,
      why: `the name of a group and a hash become a label of its pods, which holds ${LONGEST_NAME} characters of it`,
      fix: `shorten it to ${LONGEST_NAME} characters`,
    });
  }
}
