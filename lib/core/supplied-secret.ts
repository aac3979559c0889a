import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { clusterOf } from './cluster';
import { declare } from './facts';
import { namespaceOf } from './layer';
import { AWS_STORE, KnownSecret } from './secrets';

export interface SuppliedSecretProps {
  readonly name: string;
  /** @default - the layer's */
  readonly namespace?: string;
  /** Keys that must be filled. */
  readonly keys: readonly string[];
  /** Path behind `nexus/<env>/` in Secrets Manager, such as `providers/anthropic`. */
  readonly path: string;
  /** What needs it: shown beside the command that fills it. */
  readonly why: string;
  /**
   * What reads it wants its type to be.
   * @default 'Opaque'
   */
  readonly type?: 'dockerconfigjson';
}

const TYPES = { dockerconfigjson: 'kubernetes.io/dockerconfigjson' } as const;

/** A Secret that somebody fills by hand; `nexus synth` lists each with the command. */
export class SuppliedSecret extends KnownSecret {
  constructor(scope: Construct, id: string, props: SuppliedSecretProps) {
    super(scope, id, props.name, props.keys, 'supplied', props.namespace);
    const cluster = clusterOf(this);
    const namespace = props.namespace ?? namespaceOf(this);
    const { name, keys, why } = props;

    if (!cluster.aws) {
      const literals = keys.map((key) => `--from-literal=${key}=…`).join(' ');
      const typed = props.type ? ` --type=${TYPES[props.type]}` : '';
      const command = `kubectl create secret generic ${name} -n ${namespace}${typed} ${literals}`;
      declare(this, 'supplied', { namespace, name, keys, command, why });
      return;
    }
    const path = `nexus/${cluster.environment}/${props.path}`;
    const json = JSON.stringify(Object.fromEntries(keys.map((key) => [key, '…'])));
    const command = `aws secretsmanager put-secret-value --region ${cluster.aws.region} --secret-id ${path} --secret-string '${json}'`;
    declare(this, 'supplied', { namespace, name, keys, path, command, why });
    declare(this, 'aws', { kind: 'supplied-secret', secretPath: path, why });
    new ApiObject(this, 'Secret', {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name, namespace },
      spec: {
        refreshInterval: '1h0m0s',
        secretStoreRef: { kind: 'ClusterSecretStore', name: AWS_STORE },
        target: {
          name,
          creationPolicy: 'Owner',
          deletionPolicy: 'Retain',
          ...(props.type ? { template: { type: TYPES[props.type] } } : {}),
        },
        data: keys.map((key) => ({ secretKey: key, remoteRef: { key: path, property: key } })),
      },
    });
  }
}
