// A budget that never lets a node go.
import type { App } from 'cdk8s';
import { ground, object, service } from '../ground';

const BUDGET = { spec: { minAvailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } } };

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { replicas: 1 });
  object(apps, 'policy/v1', 'PodDisruptionBudget', 'keep', BUDGET);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  // Its own budget lets one of two go.
  service(apps, 'web', { replicas: 2 });
}
