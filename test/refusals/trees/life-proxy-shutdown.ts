// Proxies of a gateway that stop sooner than what is behind them has answered.
import type { App } from 'cdk8s';
import { declare } from '../../../lib/core';
import { ground, object, service } from '../ground';

function routed(app: App, max: number): void {
  const { apps, operators } = ground(app);
  const kinds = [
    'agentgateway.dev/AgentgatewayParameters',
    'gateway.networking.k8s.io/Gateway',
    'gateway.networking.k8s.io/HTTPRoute',
  ];
  declare(operators, 'provides', { kinds, objects: [{ id: 'GatewayClass/agentgateway' }] });
  service(apps, 'chat', { drainSeconds: 300 });
  object(apps, 'agentgateway.dev/v1alpha1', 'AgentgatewayParameters', 'door', {
    spec: { shutdown: { min: 15, max }, service: { spec: { type: 'ClusterIP' } } },
  });
  object(apps, 'gateway.networking.k8s.io/v1', 'Gateway', 'door', {
    spec: {
      gatewayClassName: 'agentgateway',
      infrastructure: {
        parametersRef: { group: 'agentgateway.dev', kind: 'AgentgatewayParameters', name: 'door' },
      },
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
