// A route whose gateway nobody writes.
import type { App } from 'cdk8s';
import { declare } from '../../../lib/core';
import { type Ground, ground, object, service } from '../ground';

/** The kinds of the Gateway API, and a class of it. */
function gatewayApi({ operators }: Ground): void {
  const kinds = ['Gateway', 'HTTPRoute'].map((kind) => `gateway.networking.k8s.io/${kind}`);
  declare(operators, 'provides', { kinds, objects: [{ id: 'GatewayClass/internal' }] });
}

const GATEWAY = {
  spec: { gatewayClassName: 'internal', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
};
const ROUTE = {
  spec: { parentRefs: [{ name: 'door' }], rules: [{ backendRefs: [{ name: 'web', port: 8080 }] }] },
};

export function faulty(app: App): void {
  const parts = ground(app);
  gatewayApi(parts);
  service(parts.apps);
  object(parts.apps, 'gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', ROUTE);
}

export function repaired(app: App): void {
  const parts = ground(app);
  gatewayApi(parts);
  service(parts.apps);
  object(parts.apps, 'gateway.networking.k8s.io/v1', 'Gateway', 'door', GATEWAY);
  declare(parts.apps, 'public', { object: 'Gateway/apps/door', what: 'llm.example.com', declared: true });
  object(parts.apps, 'gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', ROUTE);
}
