// A claim of a storage class that does not exist.
import type { App } from 'cdk8s';
import { ground, object } from '../ground';

const claim = (storageClassName: string) => ({
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName,
    resources: { requests: { storage: '100Gi' } },
  },
});

export function faulty(app: App): void {
  const { apps } = ground(app);
  object(apps, 'v1', 'PersistentVolumeClaim', 'models', claim('fast'));
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  object(apps, 'v1', 'PersistentVolumeClaim', 'models', claim('gp3'));
}
