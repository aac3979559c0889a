// A rollout that may neither add a pod nor take one away.
import type { App } from 'cdk8s';
import { ground, service } from '../ground';

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { rollout: { maxSurge: 0, maxUnavailable: 0 } });
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { rollout: { maxSurge: 0, maxUnavailable: 1 } });
}
