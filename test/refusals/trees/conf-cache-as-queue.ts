// Budgets counted in a cache that may evict them.
import type { App } from 'cdk8s';
import { gateway } from '../gateway';

export function faulty(app: App): void {
  gateway(app, ({ cache }) => ({ coordination: cache }));
}

export function repaired(app: App): void {
  gateway(app, ({ queue }) => ({ coordination: queue }));
}
