import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { oneAtATime } from './budget';
import { PlatformError } from './errors';
import { declare } from './facts';
import { WorkloadIdentity } from './identity';
import {
  KSERVE_CONTAINER,
  KSERVE_PORT,
  kserveDeployment,
  kserveService,
  LONGEST_KSERVE_NAME,
} from './kserve-names';
import type { Labels } from './kube';
import { namespaceOf } from './layer';
import type { MetricsEndpoint } from './metrics';
import { PodGroup } from './pod-group';
import { podLife, scaledFact } from './pod-life';
import { type EnvVars, podTemplate, revisionOf } from './pod-template';
import { policyOf } from './policy';
import { replicaSpread, type WorkloadProps } from './workload';

type PodsProps = Omit<WorkloadProps, 'appProtocols' | 'claims' | 'config' | 'env' | 'kind' | 'rollout'>;

export interface KServeWorkloadProps extends PodsProps {
  readonly env?: EnvVars;
  /** Where the model is, as a URI: what the object says of itself, for whoever reads it. Nothing is fetched by it. */
  readonly uri: string;
  /** GPUs of one replica. */
  readonly tensor: number;
}

/**
 * Pods that KServe's controller makes of an LLMInferenceService: what `Workload` writes for a Deployment, in the object
 * that its controller makes one of. Everything of the pod is said; the controller's own templates are left out by
 * `KServeDefaults`, and its routes by saying nothing of them.
 */
export class KServeWorkload extends Construct {
  public readonly name: string;
  public readonly namespace: string;
  public readonly labels: Labels;
  public readonly identity: WorkloadIdentity;
  /** For connections. */
  public readonly pods: PodGroup;
  /** Name of the Deployment that the controller makes. */
  public readonly deployment: string;
  /** Changes with its pods. */
  public readonly revision: string;
  private readonly props: KServeWorkloadProps;

  constructor(scope: Construct, id: string, props: KServeWorkloadProps) {
    super(scope, id);
    this.props = props;
    this.name = props.name ?? id;
    this.namespace = namespaceOf(this);
    this.deployment = kserveDeployment(this.name);
    // One of those that the controller writes, and the same as of pods that are ours.
    this.labels = { 'app.kubernetes.io/name': this.name };
    this.mustBeShort();
    this.identity = props.identity ?? new WorkloadIdentity(this, 'Identity', { name: this.name });
    this.pods = new PodGroup(this, 'Pods', { name: this.name, labels: this.labels });
    this.identity.usedBy(this.pods);

    const { scaled, startupSeconds, replicas = policyOf(this).replicas } = props;
    const { drainSeconds, graceSeconds, probes } = podLife(props);
    const owner = `Deployment/${this.namespace}/${this.deployment}`;
    declare(this, 'lifecycle', {
      owner,
      drainSeconds,
      startupSeconds,
      ...scaledFact(scaled, replicas),
    });
    declare(this, 'provides', {
      objects: [
        { id: owner },
        {
          id: `Service/${this.namespace}/${kserveService(this.name)}`,
          ports: [KSERVE_PORT],
          selects: this.labels,
        },
      ],
    });

    const template = podTemplate(this, props, {
      name: KSERVE_CONTAINER,
      labels: this.labels,
      serviceAccount: this.identity.serviceAccount,
      probes,
      spec: {
        terminationGracePeriodSeconds: graceSeconds,
        ...((scaled?.max ?? replicas) > 1
          ? { topologySpreadConstraints: replicaSpread(this, this.labels, props) }
          : {}),
      },
    });
    this.mustBePlain(template);
    this.revision = revisionOf(template);
    const metadata = { name: this.name, namespace: this.namespace, labels: { ...this.labels } };
    new ApiObject(this, 'Service', {
      apiVersion: 'serving.kserve.io/v1alpha2',
      kind: 'LLMInferenceService',
      metadata,
      spec: {
        model: { name: this.name, uri: props.uri },
        ...(scaled ? {} : { replicas }),
        parallelism: { tensor: props.tensor },
        // Weights come as they do without it: straight onto the GPUs, or by a container of ours.
        storageInitializer: { enabled: false },
        // Labels of its own stay unsaid: the controller would select by them, and a Deployment's selector never changes.
        template: k8s.toJson_PodTemplateSpec(template)?.spec,
      },
    });
    if (replicas > 1) {
      oneAtATime(this, metadata, this.labels);
    }
  }

  /** Name that other namespaces reach the Service under. */
  public get host(): string {
    return `${kserveService(this.name)}.${this.namespace}.svc`;
  }

  /** Metrics on one of the ports. */
  public metrics(port: string, options: Partial<MetricsEndpoint> = {}): MetricsEndpoint {
    const portNumber = this.props.ports?.[port];
    if (portNumber === undefined) throw new Error(`${this.node.path} opens no port '${port}'`);
    return { name: this.name, pods: this.pods, port, portNumber, ...options };
  }

  private mustBeShort(): void {
    if (this.name.length <= LONGEST_KSERVE_NAME) return;
    throw new PlatformError(this, {
      what: `the name '${this.name}' has ${this.name.length} characters, and KServe serves it`,
      why: `its controller calls the Service '${kserveService('<name>')}', and cuts what is longer than 63 characters to a hash`,
      fix: `shorten it to ${LONGEST_KSERVE_NAME} characters`,
    });
  }

  /** Its controller reads the whole object as a template of Go's. */
  private mustBePlain(template: k8s.PodTemplateSpec): void {
    if (!JSON.stringify(template).includes('{{')) return;
    throw new PlatformError(this, {
      what: "has '{{' in an argument or a variable",
      why: "KServe's controller reads the object as a template of its own, and fails at what is none",
      fix: 'put the text into a file of the image, and name the file; or serve it with engine vllm',
    });
  }
}
