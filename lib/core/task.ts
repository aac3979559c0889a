import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { WorkloadIdentity } from './identity';
import { namespaceOf } from './layer';
import { PodGroup } from './pod-group';
import { type PodProps, podTemplate } from './pod-template';

export interface TaskProps extends PodProps {
  /**
   * Name of the Job. Jobs are immutable: a name that changes with the work makes a new one.
   * @default - the construct's id
   */
  readonly name?: string;
  /** Longest time it may take. */
  readonly deadlineSeconds: number;
  /**
   * Tries before it is given up.
   * @default 6
   */
  readonly retries?: number;
  /** @default - an account of its own without rights */
  readonly identity?: WorkloadIdentity;
}

/** Work that runs to its end, once: a Job. It must be idempotent. */
export class Task extends Construct {
  public readonly name: string;
  public readonly pods: PodGroup;
  public readonly identity: WorkloadIdentity;

  constructor(scope: Construct, id: string, props: TaskProps) {
    super(scope, id);
    this.name = props.name ?? id;
    const labels = { 'app.kubernetes.io/name': this.name };
    this.identity = props.identity ?? new WorkloadIdentity(this, 'Identity', { name: this.name });
    this.pods = new PodGroup(this, 'Pods', { name: this.name, labels });
    this.identity.usedBy(this.pods);
    new k8s.KubeJob(this, 'Job', {
      metadata: { name: this.name, namespace: namespaceOf(this), labels },
      spec: {
        backoffLimit: props.retries ?? 6,
        activeDeadlineSeconds: props.deadlineSeconds,
        template: podTemplate(this, props, {
          name: this.name,
          labels,
          serviceAccount: this.identity.serviceAccount,
          spec: { restartPolicy: 'Never' },
        }),
      },
    });
  }
}
