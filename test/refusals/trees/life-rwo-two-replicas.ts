// Two replicas on one disk.
import type { App } from 'cdk8s';
import { ground, object, service, set } from '../ground';

const VOLUMES = [
  { name: 'tmp', emptyDir: {} },
  { name: 'models', persistentVolumeClaim: { claimName: 'models' } },
];
const CLAIM = {
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'gp3',
    resources: { requests: { storage: '100Gi' } },
  },
};

export function faulty(app: App): void {
  const { apps } = ground(app);
  object(apps, 'v1', 'PersistentVolumeClaim', 'models', CLAIM);
  set(service(apps), '/spec/template/spec/volumes', VOLUMES);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { kind: 'StatefulSet', claims: { models: { path: '/models', size: '100Gi' } } });
}
