import { Construct } from 'constructs';
import { declare } from '../core';

/**
 * What every cluster has before we come and our objects refer to. What each namespace gets by itself, its `default`
 * service account and ConfigMap `kube-root-ca.crt`, goes without saying; storage classes are `StorageClasses`' to say.
 */
export class ClusterKnown extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    declare(this, 'provides', {
      objects: [
        { id: 'Namespace/kube-system' },
        { id: 'Namespace/default' },
        { id: 'PriorityClass/system-cluster-critical' },
        { id: 'PriorityClass/system-node-critical' },
        { id: 'Service/kube-system/kube-dns', ports: [53, 9153], selects: { 'k8s-app': 'kube-dns' } },
        { id: 'Service/default/kubernetes', ports: [443] },
      ],
    });
  }
}
