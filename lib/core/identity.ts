import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { clusterOf } from './cluster';
import { declare, type Statement } from './facts';
import { namespaceOf } from './layer';
import { roleArn } from './names';
import type { PodGroup } from './pod-group';

export interface WorkloadIdentityProps {
  /** Name of the service account. */
  readonly name: string;
  /**
   * Namespace of the service account.
   * @default - the layer's
   */
  readonly namespace?: string;
  /**
   * How pods get credentials. Milvus and CloudNativePG's backup plugin cannot use Pod Identity.
   * @default 'pod-identity'
   */
  readonly via?: 'pod-identity' | 'irsa';
  /**
   * Whether we write the ServiceAccount; false where a chart or an operator does.
   * @default true
   */
  readonly create?: boolean;
}

/** A service account plus IAM statements as data; they become a role and an association in the plan. */
export class WorkloadIdentity extends Construct {
  public readonly serviceAccount: string;
  public readonly namespace: string;
  /** Annotations that a service account made by somebody else must carry. */
  public readonly annotations: Readonly<Record<string, string>>;
  private readonly via: 'pod-identity' | 'irsa';
  private readonly statements: Statement[] = [];
  private readonly users: PodGroup[] = [];

  constructor(scope: Construct, id: string, props: WorkloadIdentityProps) {
    super(scope, id);
    const cluster = clusterOf(this);
    const via = props.via ?? 'pod-identity';
    this.via = via;
    this.serviceAccount = props.name;
    this.namespace = props.namespace ?? namespaceOf(this);
    const name = `${this.namespace}-${this.serviceAccount}`;
    this.annotations =
      via === 'irsa' && cluster.aws ? { 'eks.amazonaws.com/role-arn': roleArn(cluster, name) } : {};

    if (props.create ?? true) {
      new k8s.KubeServiceAccount(this, 'Account', {
        metadata: {
          name: this.serviceAccount,
          namespace: this.namespace,
          ...(Object.keys(this.annotations).length ? { annotations: { ...this.annotations } } : {}),
        },
        // A token is mounted only where a pod asks for one.
        automountServiceAccountToken: false,
      });
    }
    declare(this, 'identity', () =>
      cluster.aws && this.statements.length
        ? {
            namespace: this.namespace,
            serviceAccount: this.serviceAccount,
            name,
            via,
            statements: [...this.statements],
          }
        : [],
    );
  }

  /** Pods that run as this account: they get the way to their credentials and to what is granted. */
  public usedBy(pods: PodGroup): void {
    this.users.push(pods);
    for (const statement of this.statements) this.open(pods, statement);
  }

  /** Allow these actions on these resources; ARNs follow from names. */
  public grant(statement: Statement): void {
    this.statements.push(statement);
    for (const pods of this.users) this.open(pods, statement);
  }

  private open(pods: PodGroup, { actions }: Statement): void {
    if (this.via === 'pod-identity') pods.reach('podIdentity', { why: 'credentials of its role' });
    else pods.reach('awsApi', { why: 'credentials of its role' });
    const s3 = actions.every((action) => action.startsWith('s3:'));
    pods.reach(s3 ? 'objectStore' : 'awsApi', { why: s3 ? 'its buckets' : 'AWS APIs' });
  }
}
