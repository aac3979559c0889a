// A load balancer with the timeout that it comes with.
import type { App } from 'cdk8s';
import { declare } from '../../../lib/core';
import { ground, object, service } from '../ground';

function balanced(app: App, annotations: Readonly<Record<string, string>>): void {
  const { apps, operators } = ground(app);
  declare(operators, 'provides', { objects: [{ id: 'IngressClass/alb' }] });
  service(apps, 'chat', { drainSeconds: 300 });
  object(apps, 'networking.k8s.io/v1', 'Ingress', 'chat', {
    metadata: {
      name: 'chat',
      namespace: 'apps',
      annotations: { 'alb.ingress.kubernetes.io/scheme': 'internal', ...annotations },
    },
    spec: {
      ingressClassName: 'alb',
      defaultBackend: { service: { name: 'chat', port: { name: 'http' } } },
    },
  });
}

const ATTRIBUTES = 'alb.ingress.kubernetes.io/load-balancer-attributes';

export function faulty(app: App): void {
  balanced(app, {});
}

export function repaired(app: App): void {
  balanced(app, { [ATTRIBUTES]: 'idle_timeout.timeout_seconds=300' });
}
