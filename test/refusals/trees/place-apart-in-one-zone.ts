// Two replicas of which no two may share a zone, and which may run in one zone only.
import type { App } from 'cdk8s';
import { ground, service, set } from '../ground';

const APART = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      {
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'web' } },
        topologyKey: 'topology.kubernetes.io/zone',
        matchLabelKeys: ['pod-template-hash'],
      },
    ],
  },
};

export function faulty(app: App): void {
  const { apps } = ground(app);
  const web = service(apps, 'web', { replicas: 2 });
  set(web, '/spec/template/spec/affinity', APART);
  set(web, '/spec/template/spec/nodeSelector', { 'topology.kubernetes.io/zone': 'us-east-1b' });
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  set(service(apps, 'web', { replicas: 2 }), '/spec/template/spec/affinity', APART);
}
