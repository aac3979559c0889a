// An object too large for the annotation that client-side apply keeps of it.
import type { App } from 'cdk8s';
import { ground, object } from '../ground';

function file(app: App, lines: number): void {
  const text = 'all work and no play\n'.repeat(lines);
  object(ground(app).apps, 'v1', 'ConfigMap', 'file', { data: { text } });
}

export function faulty(app: App): void {
  file(app, 13_000);
}

export function repaired(app: App): void {
  file(app, 10_000);
}
