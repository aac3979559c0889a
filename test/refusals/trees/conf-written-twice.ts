// Two constructs that write one object.
import type { App } from 'cdk8s';
import { ground, object, service } from '../ground';

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web');
  object(apps, 'v1', 'Service', 'web', { spec: { ports: [{ port: 80 }] } });
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web');
  object(apps, 'v1', 'Service', 'site', { spec: { ports: [{ port: 80 }] } });
}
