// A route to an InferencePool through a gateway of kgateway, which no longer knows the kind.
import type { App } from 'cdk8s';
import { declare } from '../../../lib/core';
import { ground, object, service } from '../ground';

function pooled(app: App, gatewayClassName: string): void {
  const { apps, operators } = ground(app);
  const kinds = [
    'gateway.networking.k8s.io/Gateway',
    'gateway.networking.k8s.io/HTTPRoute',
    'inference.networking.k8s.io/InferencePool',
  ];
  declare(operators, 'provides', { kinds, objects: [{ id: `GatewayClass/${gatewayClassName}` }] });
  service(apps, 'chat');
  service(apps, 'picker', { ports: { grpc: 9002 }, ready: { tcp: 'grpc' }, replicas: 1 });
  object(apps, 'inference.networking.k8s.io/v1', 'InferencePool', 'chat', {
    spec: {
      selector: { matchLabels: { 'app.kubernetes.io/name': 'chat' } },
      targetPorts: [{ number: 8080 }],
      endpointPickerRef: { name: 'picker', port: { number: 9002 } },
    },
  });
  object(apps, 'gateway.networking.k8s.io/v1', 'Gateway', 'door', {
    spec: { gatewayClassName, listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  });
  declare(apps, 'public', { object: 'Gateway/apps/door', what: 'llm.example.com', declared: true });
  object(apps, 'gateway.networking.k8s.io/v1', 'HTTPRoute', 'chat', {
    spec: {
      parentRefs: [{ name: 'door' }],
      rules: [
        {
          backendRefs: [{ group: 'inference.networking.k8s.io', kind: 'InferencePool', name: 'chat' }],
        },
      ],
    },
  });
}

export function faulty(app: App): void {
  pooled(app, 'kgateway');
}

export function repaired(app: App): void {
  pooled(app, 'agentgateway');
}
