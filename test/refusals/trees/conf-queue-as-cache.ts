// Answers cached in a queue that never evicts.
import type { App } from 'cdk8s';
import { gateway } from '../gateway';

export function faulty(app: App): void {
  gateway(app, ({ queue }) => ({ cache: queue }));
}

export function repaired(app: App): void {
  gateway(app, ({ cache }) => ({ cache }));
}
