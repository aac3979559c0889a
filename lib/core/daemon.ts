import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { declare } from './facts';
import { WorkloadIdentity } from './identity';
import { namespaceOf } from './layer';
import { writeImages } from './mounted-folder';
import { PodGroup } from './pod-group';
import { type PodProps, podTemplate } from './pod-template';

export interface DaemonProps extends PodProps {
  /** @default - an account of its own without rights */
  readonly identity?: WorkloadIdentity;
  /**
   * Why its pods run as root, where they do: without any capability, and in a namespace of level "baseline".
   * @default - they do not
   */
  readonly rootBecause?: string;
  /**
   * How long a stopping pod may take.
   * @default 30
   */
  readonly graceSeconds?: number;
}

/** One pod on every node that its placement admits: a DaemonSet called like the construct. */
export class Daemon extends Construct {
  public readonly pods: PodGroup;
  /** `DaemonSet/namespace/name`. */
  public readonly owner: string;

  constructor(scope: Construct, id: string, props: DaemonProps) {
    super(scope, id);
    const { identity = new WorkloadIdentity(this, 'Identity', { name: id }), rootBecause } = props;
    const labels = { 'app.kubernetes.io/name': id };
    const namespace = namespaceOf(this);
    this.owner = `DaemonSet/${namespace}/${id}`;
    this.pods = new PodGroup(this, 'Pods', { name: id, labels });
    identity.usedBy(this.pods);
    if (rootBecause) declare(this, 'elevated', { owner: this.owner, level: 'baseline', why: rootBecause });

    const pod = { ...props, ...(rootBecause ? { user: 0 } : {}) };
    const template = podTemplate(this, pod, {
      name: id,
      labels,
      serviceAccount: identity.serviceAccount,
      spec: { terminationGracePeriodSeconds: props.graceSeconds ?? 30 },
    });
    const object = new k8s.KubeDaemonSet(this, 'DaemonSet', {
      metadata: { name: id, namespace, labels: { ...labels } },
      spec: {
        selector: { matchLabels: { ...labels } },
        // What it does on one node disturbs no other.
        updateStrategy: {
          type: 'RollingUpdate',
          rollingUpdate: { maxUnavailable: k8s.IntOrString.fromString('100%') },
        },
        template,
      },
    });
    writeImages(object, '/spec/template', template, props);
  }
}
