// A second budget over pods that have one: the API server then evicts none of them.
import type { App } from 'cdk8s';
import { ground, object, service } from '../ground';

const BUDGET = {
  spec: { maxUnavailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } },
};

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { replicas: 2 });
  object(apps, 'policy/v1', 'PodDisruptionBudget', 'keep', BUDGET);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { replicas: 2 });
}
