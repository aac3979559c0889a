import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { KubeObject } from './kube';

/** CRDs that no installable chart brings, written by us as ordinary objects of phase `cluster`. */
export class CrdSet extends Construct {
  constructor(scope: Construct, id: string, crds: readonly KubeObject[]) {
    super(scope, id);
    for (const crd of crds) {
      new ApiObject(this, crd.metadata.name, crd as unknown as ConstructorParameters<typeof ApiObject>[2]);
    }
  }
}
