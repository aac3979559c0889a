// A gateway that is killed with every request it holds.
import type { App } from 'cdk8s';
import { gateway } from '../gateway';

export function faulty(app: App): void {
  gateway(app, () => ({ memoryGiB: 2 }));
}

export function repaired(app: App): void {
  gateway(app, () => ({ memoryGiB: 4 }));
}
