// A probe of a port that the container does not open.
import type { App } from 'cdk8s';
import { ground, service } from '../ground';

export function faulty(app: App): void {
  service(ground(app).apps, 'web', { ready: { path: '/ready', port: 'metrics' } });
}

export function repaired(app: App): void {
  service(ground(app).apps, 'web', { ready: { path: '/ready', port: 'http' } });
}
