// A template above 1 MB.
import type { App } from 'cdk8s';
import { ground, object } from '../ground';

function files(app: App, count: number): void {
  const { apps } = ground(app);
  const text = 'all work and no play\n'.repeat(5_000);
  for (let i = 0; i < count; i++) object(apps, 'v1', 'ConfigMap', `file-${i}`, { data: { text } });
}

export function faulty(app: App): void {
  files(app, 10);
}

export function repaired(app: App): void {
  files(app, 5);
}
