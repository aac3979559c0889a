// A gateway that stops sooner than its longest answer.
import type { App } from 'cdk8s';
import { gateway } from '../gateway';

export function faulty(app: App): void {
  gateway(app, () => ({ drainSeconds: 180 }));
}

export function repaired(app: App): void {
  gateway(app, () => ({ drainSeconds: 300 }));
}
