// A Service that selects nothing.
import type { App } from 'cdk8s';
import { ground, object, service } from '../ground';

const selecting = (name: string) => ({
  spec: { selector: { 'app.kubernetes.io/name': name }, ports: [{ port: 80, targetPort: 'http' }] },
});

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps);
  object(apps, 'v1', 'Service', 'public', selecting('wep'));
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  service(apps);
  object(apps, 'v1', 'Service', 'public', selecting('web'));
}
