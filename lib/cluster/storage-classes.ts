import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { clusterOf, clusterScoped, declare, policyOf } from '../core';

const GP3 = 'gp3';

/** The class of every claim: written on EKS, which makes none that encrypts; known elsewhere. */
export class StorageClasses extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { storageClass } = clusterOf(this);
    if (storageClass !== GP3) {
      declare(this, 'provides', { objects: [{ id: `StorageClass/${storageClass}` }] });
      return;
    }
    const object = new k8s.KubeStorageClass(this, 'Gp3', {
      metadata: {
        name: GP3,
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'ebs.csi.aws.com',
      parameters: { type: 'gp3', encrypted: 'true', 'csi.storage.k8s.io/fstype': 'ext4' },
      reclaimPolicy: policyOf(this).keepData ? 'Retain' : 'Delete',
      // A volume has a zone: it is made where its pod was placed.
      volumeBindingMode: 'WaitForFirstConsumer',
      allowVolumeExpansion: true,
    });
    clusterScoped(object);
  }
}
