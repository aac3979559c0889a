// A route that ends requests sooner than the longest answer takes.
import type { App } from 'cdk8s';
import { declare } from '../../../lib/core';
import { ground, object, service } from '../ground';

function routed(app: App, request: string): void {
  const { apps, operators } = ground(app);
  const kinds = ['Gateway', 'HTTPRoute'].map((kind) => `gateway.networking.k8s.io/${kind}`);
  declare(operators, 'provides', { kinds, objects: [{ id: 'Gateway/operators/door' }] });
  service(apps, 'chat', { drainSeconds: 300 });
  object(apps, 'gateway.networking.k8s.io/v1', 'HTTPRoute', 'chat', {
    spec: {
      parentRefs: [{ name: 'door', namespace: 'operators' }],
      rules: [{ timeouts: { request }, backendRefs: [{ name: 'chat', port: 8080 }] }],
    },
  });
}

export function faulty(app: App): void {
  routed(app, '60s');
}

export function repaired(app: App): void {
  routed(app, '300s');
}
