// Less time to end than the longest request takes.
import type { App } from 'cdk8s';
import { ground, service, set } from '../ground';

export function faulty(app: App): void {
  const { apps } = ground(app);
  set(service(apps, 'web', { drainSeconds: 120 }), '/spec/template/spec/terminationGracePeriodSeconds', 60);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  set(service(apps, 'web', { drainSeconds: 120 }), '/spec/template/spec/terminationGracePeriodSeconds', 150);
}
