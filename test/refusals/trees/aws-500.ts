// A stack of more than 500 resources.
import type { App } from 'cdk8s';
import { ground, object } from '../ground';

function files(app: App, count: number): void {
  const { apps } = ground(app);
  for (let i = 0; i < count; i++) object(apps, 'v1', 'ConfigMap', `file-${i}`, { data: { text: 'short' } });
}

export function faulty(app: App): void {
  files(app, 500);
}

export function repaired(app: App): void {
  files(app, 300);
}
