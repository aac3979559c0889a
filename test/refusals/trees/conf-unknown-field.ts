// A mistyped field of an object that somebody wrote by hand.
import type { App } from 'cdk8s';
import { ground, object, service } from '../ground';

const selector = { 'app.kubernetes.io/name': 'web' };
const ports = [{ port: 80, targetPort: 'http' }];

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps);
  object(apps, 'v1', 'Service', 'early', { spec: { selector, ports, publishNotReadyAddress: true } });
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  service(apps);
  object(apps, 'v1', 'Service', 'early', { spec: { selector, ports, publishNotReadyAddresses: true } });
}
