// Two replicas of the gateway that count limits each by itself.
import type { App } from 'cdk8s';
import { gateway } from '../gateway';

export function faulty(app: App): void {
  gateway(app, () => ({ replicas: 2, coordination: undefined }));
}

export function repaired(app: App): void {
  gateway(app, ({ queue }) => ({ replicas: 2, coordination: queue }));
}
