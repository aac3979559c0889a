// A rollout that adds a pod where every zone is taken.
import type { App } from 'cdk8s';
import { ground, service, set } from '../ground';

const APART = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      {
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'web' } },
        topologyKey: 'topology.kubernetes.io/zone',
      },
    ],
  },
};

export function faulty(app: App): void {
  const { apps } = ground(app);
  set(service(apps, 'web', { replicas: 3 }), '/spec/template/spec/affinity', APART);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  const rollout = { maxSurge: 0, maxUnavailable: 1 };
  set(service(apps, 'web', { replicas: 3, rollout }), '/spec/template/spec/affinity', APART);
}
