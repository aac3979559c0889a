// Four replicas of which no two may share one of three zones.
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
  set(service(apps, 'web', { replicas: 4 }), '/spec/template/spec/affinity', APART);
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  set(service(apps, 'web', { replicas: 2 }), '/spec/template/spec/affinity', APART);
}
