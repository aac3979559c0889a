import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { clusterOf, clusterScoped } from '../core';

export type SecurityLevel = 'restricted' | 'baseline' | 'privileged';

export interface PlatformNamespaceProps {
  /**
   * Name of the namespace.
   * @default - the construct's id
   */
  readonly name?: string;
  /**
   * Pod Security level that its pods must keep to.
   * @default 'restricted'
   */
  readonly level?: SecurityLevel;
  /**
   * Team that answers for it.
   * @default 'platform'
   */
  readonly owner?: string;
}

/** A namespace with a security level and an owner, in which nothing talks to anything unless a policy says so. */
export class PlatformNamespace extends Construct {
  public readonly name: string;

  constructor(scope: Construct, id: string, props: PlatformNamespaceProps = {}) {
    super(scope, id);
    this.name = props.name ?? id;
    const level = props.level ?? 'restricted';
    // Pinned, so that a new Kubernetes refuses no pod before somebody chose it.
    const version = `v${clusterOf(this).kubernetes}`;
    const modes = ['enforce', 'audit', 'warn'].flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, level],
      [`pod-security.kubernetes.io/${mode}-version`, version],
    ]);

    const object = new k8s.KubeNamespace(this, 'Namespace', {
      metadata: {
        name: this.name,
        labels: { ...Object.fromEntries(modes), 'nexus.dev/owner': props.owner ?? 'platform' },
      },
    });
    clusterScoped(object);
    // The one policy that is not derived from edges: it selects every pod and allows nothing.
    new k8s.KubeNetworkPolicy(this, 'DefaultDeny', {
      metadata: { name: 'default-deny', namespace: this.name },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
  }
}
