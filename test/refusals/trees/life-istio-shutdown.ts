// Proxies of Istio whose pods are killed sooner than what is behind them has answered.
import type { App } from 'cdk8s';
import { declare, toYaml } from '../../../lib/core';
import { ground, object, service } from '../ground';

function routed(app: App, terminationGracePeriodSeconds: number): void {
  const { apps, operators } = ground(app);
  const kinds = ['gateway.networking.k8s.io/Gateway', 'gateway.networking.k8s.io/HTTPRoute'];
  declare(operators, 'provides', { kinds, objects: [{ id: 'GatewayClass/istio' }] });
  service(apps, 'chat', { drainSeconds: 300 });
  const env = [{ name: 'EXIT_ON_ZERO_ACTIVE_CONNECTIONS', value: 'true' }];
  const spec = { terminationGracePeriodSeconds, containers: [{ name: 'istio-proxy', env }] };
  object(apps, 'v1', 'ConfigMap', 'door', {
    data: {
      deployment: toYaml({ spec: { template: { spec } } }),
      service: toYaml({ spec: { type: 'ClusterIP' } }),
    },
  });
  object(apps, 'gateway.networking.k8s.io/v1', 'Gateway', 'door', {
    spec: {
      gatewayClassName: 'istio',
      infrastructure: { parametersRef: { group: '', kind: 'ConfigMap', name: 'door' } },
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
    },
  });
  object(apps, 'gateway.networking.k8s.io/v1', 'HTTPRoute', 'chat', {
    spec: {
      parentRefs: [{ name: 'door' }],
      rules: [{ timeouts: { request: '300s' }, backendRefs: [{ name: 'chat', port: 8080 }] }],
    },
  });
}

export function faulty(app: App): void {
  routed(app, 60);
}

export function repaired(app: App): void {
  routed(app, 330);
}
