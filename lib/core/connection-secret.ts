import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import type { Construct } from 'constructs';
import { namespaceOf } from './layer';
import type { ISecret } from './secret-ref';
import { AWS_STORE, KnownSecret } from './secrets';

/** A secret that the AWS engine writes under a path we choose. */
export interface AwsSecretSource {
  readonly path: string;
}

/** Where some keys of a connection secret come from: `{ localKey: keyThere }`. */
export interface SecretSource {
  readonly from: AwsSecretSource | ISecret;
  readonly keys: Readonly<Record<string, string>>;
}

export interface ConnectionSecretProps {
  readonly name: string;
  /** @default - the layer's */
  readonly namespace?: string;
  readonly sources: readonly SecretSource[];
  /**
   * Keys written as they are or composed from the others: `{ port: '5432', uri: 'postgresql://{{ .username }}…' }`.
   * @default - none
   */
  readonly compose?: Readonly<Record<string, string>>;
}

const isAws = (from: AwsSecretSource | ISecret): from is AwsSecretSource => 'path' in from;

/**
 * A Secret in a consumer's namespace, put together from what AWS wrote and from secrets of other namespaces
 * (through a SecretStore of the `kubernetes` provider that may read exactly those).
 */
export class ConnectionSecret extends KnownSecret {
  constructor(scope: Construct, id: string, props: ConnectionSecretProps) {
    const copied = props.sources.flatMap((source) => Object.keys(source.keys));
    const keys = [...new Set([...copied, ...Object.keys(props.compose ?? {})])];
    const fromAws = props.sources.some((source) => isAws(source.from));
    super(scope, id, props.name, keys, fromAws ? 'aws' : 'generated', props.namespace);

    const local = props.namespace ?? namespaceOf(this);
    const stores = new Map<string, string[]>();
    for (const { from } of props.sources) {
      if (isAws(from)) continue;
      stores.set(from.namespace, [...(stores.get(from.namespace) ?? []), from.name]);
    }
    for (const [remote, names] of stores) this.readFrom(remote, names, local);

    new ApiObject(this, 'Secret', {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: this.name, namespace: local },
      spec: {
        refreshInterval: '1h0m0s',
        target: {
          name: this.name,
          creationPolicy: 'Owner',
          deletionPolicy: 'Retain',
          ...(props.compose ? { template: { mergePolicy: 'Merge', data: { ...props.compose } } } : {}),
        },
        data: props.sources.flatMap(({ from, keys: wanted }) =>
          Object.entries(wanted).map(([secretKey, property]) => ({
            secretKey,
            remoteRef: { key: isAws(from) ? from.path : from.name, property },
            sourceRef: {
              storeRef: isAws(from)
                ? { kind: 'ClusterSecretStore', name: AWS_STORE }
                : { kind: 'SecretStore', name: this.store(from.namespace) },
            },
          })),
        ),
      },
    });
  }

  private store(remote: string): string {
    return `${this.name}-from-${remote}`;
  }

  /** The right to read just these secrets over there, and the store that uses it. */
  private readFrom(remote: string, names: readonly string[], local: string): void {
    const name = this.store(remote);
    const reader = `${local}-${this.name}`;
    new k8s.KubeServiceAccount(this, `Reader-${remote}`, {
      metadata: { name, namespace: local },
      automountServiceAccountToken: false,
    });
    new k8s.KubeRole(this, `Role-${remote}`, {
      metadata: { name: reader, namespace: remote },
      rules: [
        { apiGroups: [''], resources: ['secrets'], resourceNames: [...new Set(names)], verbs: ['get'] },
      ],
    });
    new k8s.KubeRoleBinding(this, `Binding-${remote}`, {
      metadata: { name: reader, namespace: remote },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: reader },
      subjects: [{ kind: 'ServiceAccount', name, namespace: local }],
    });
    new ApiObject(this, `Store-${remote}`, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata: { name, namespace: local },
      spec: {
        provider: {
          kubernetes: {
            remoteNamespace: remote,
            server: { caProvider: { type: 'ConfigMap', name: 'kube-root-ca.crt', key: 'ca.crt' } },
            auth: { serviceAccount: { name } },
          },
        },
      },
    });
  }
}
