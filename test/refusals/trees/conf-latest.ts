// An image whose tag moves.
import type { App } from 'cdk8s';
import { ground, service } from '../ground';

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { image: 'docker.io/example/web:latest' });
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { image: 'docker.io/example/web:1.2.3' });
}
