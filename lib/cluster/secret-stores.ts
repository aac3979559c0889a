import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { AWS_STORE, clusterOf, clusterScoped } from '../core';

/** The store in front of Secrets Manager. Without AWS there is none: secrets are generated or made by hand. */
export class SecretStores extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { aws } = clusterOf(this);
    if (!aws) return;
    const object = new ApiObject(this, 'Aws', {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ClusterSecretStore',
      metadata: { name: AWS_STORE },
      // No `auth`: the operator's own identity reads, and there are no keys to lose.
      spec: { provider: { aws: { service: 'SecretsManager', region: aws.region } } },
    });
    clusterScoped(object);
  }
}
