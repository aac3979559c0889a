// A volume in a zone where no pool has nodes.
import type { App } from 'cdk8s';
import { ApiObject } from 'cdk8s';
import { ground, object, service, set } from '../ground';

function volume(app: App, zone: string): void {
  const { apps } = ground(app);
  new ApiObject(apps, 'disk', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'models' },
    spec: {
      capacity: { storage: '100Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'gp3',
      csi: { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-0123456789abcdef0' },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] }] },
          ],
        },
      },
    },
  });
  object(apps, 'v1', 'PersistentVolumeClaim', 'models', CLAIM);
  const alone = { replicas: 1, rollout: { maxSurge: 0, maxUnavailable: 1 } };
  set(service(apps, 'web', alone), '/spec/template/spec/volumes', VOLUMES);
}

const VOLUMES = [
  { name: 'tmp', emptyDir: {} },
  { name: 'models', persistentVolumeClaim: { claimName: 'models' } },
];
const CLAIM = {
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'gp3',
    volumeName: 'models',
    resources: { requests: { storage: '100Gi' } },
  },
};

export function faulty(app: App): void {
  volume(app, 'us-east-1d');
}

export function repaired(app: App): void {
  volume(app, 'us-east-1a');
}
