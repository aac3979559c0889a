import type { KubeObject, Labels } from '../core';
import type { ApiClient, LiveObject } from './api-client';

interface Claim {
  readonly storageClassName?: string;
  readonly volumeName?: string;
  readonly accessModes?: readonly string[];
  readonly resources?: { readonly requests?: { readonly storage?: string } };
}

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
const ZONE = 'topology.kubernetes.io/zone';

/**
 * Does what the EBS driver does for the scheduler: a claim whose pod has found its node gets a volume in that node's
 * zone, and from then on the pod can only live there. Size, type and the number of volumes on a node go unchecked.
 */
export async function provideVolumes(api: ApiClient): Promise<void> {
  const claims = await api.list('v1', 'PersistentVolumeClaim');
  for (const claim of claims.filter(waits)) {
    const node = claim.metadata.annotations?.[SELECTED_NODE];
    const zone = node
      ? (await api.get({ apiVersion: 'v1', kind: 'Node', metadata: { name: node } }))?.metadata.labels?.[ZONE]
      : undefined;
    await api.apply(volumeFor(claim, zone));
  }
}

/** The control plane asks the driver by an annotation, for a class that waits only once a node is selected. */
function waits({ metadata, spec }: LiveObject): boolean {
  return !(spec as Claim).volumeName && metadata.annotations?.[PROVISIONER] !== undefined;
}

/** The volume that a claim is bound to. */
export function volumeFor({ metadata, spec }: LiveObject, zone: string | undefined): KubeObject {
  const { accessModes, resources, storageClassName } = spec as Claim;
  const { name, namespace, uid } = metadata;
  const labels: Labels = zone ? { [ZONE]: zone } : {};
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, labels },
    spec: {
      accessModes,
      capacity: { storage: resources?.requests?.storage ?? '1Gi' },
      storageClassName,
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
      csi: { driver: 'ebs.csi.aws.com', volumeHandle: `vol-${uid}` },
      ...(zone
        ? {
            nodeAffinity: {
              required: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: [zone] }] }],
              },
            },
          }
        : {}),
    },
  };
}
