// A volume from a claim that nobody creates.
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
/** The claim is one node's: its pod goes before the next one comes. */
const ALONE = { replicas: 1, rollout: { maxSurge: 0, maxUnavailable: 1 } };

export function faulty(app: App): void {
  const { apps } = ground(app);
  set(service(apps, 'web', ALONE), '/spec/template/spec/volumes', VOLUMES);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  object(apps, 'v1', 'PersistentVolumeClaim', 'models', CLAIM);
  set(service(apps, 'web', ALONE), '/spec/template/spec/volumes', VOLUMES);
}
