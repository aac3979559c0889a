import { k8s } from 'cdk8s-plus-30';
import type { Construct } from 'constructs';
import { clusterScoped } from '../core';

export interface ClaimedVolumeProps {
  /** What tells it from others of its scope. */
  readonly id: string;
  /** Of the claim. */
  readonly name: string;
  readonly namespace: string;
  readonly volumeName: string;
  readonly accessMode: 'ReadOnlyMany' | 'ReadWriteMany';
  /** Where its files lie, and how they are mounted. */
  readonly from: Pick<k8s.PersistentVolumeSpec, 'csi' | 'hostPath' | 'mountOptions'>;
}

/** A volume that is there already and one claim on it: nobody else gets it, and nothing is made or deleted. */
export function claimedVolume(scope: Construct, props: ClaimedVolumeProps): void {
  const { id, name, namespace, volumeName, accessMode, from } = props;
  const accessModes = [accessMode];
  // The API asks for a size and nothing reads it.
  const size = { storage: k8s.Quantity.fromString('1Gi') };
  const volume = new k8s.KubePersistentVolume(scope, `Volume-${id}`, {
    metadata: { name: volumeName },
    spec: {
      accessModes,
      capacity: size,
      storageClassName: '',
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace },
      ...from,
    },
  });
  clusterScoped(volume);
  new k8s.KubePersistentVolumeClaim(scope, `Claim-${id}`, {
    metadata: { name, namespace },
    spec: { accessModes, storageClassName: '', volumeName, resources: { requests: size } },
  });
}
