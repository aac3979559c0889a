// A rule with two InferencePools through a gateway of Istio, which asks one picker for both.
import type { App } from 'cdk8s';
import { declare, HelmRelease } from '../../../lib/core';
import { ground, object, service } from '../ground';

const GROUP = 'inference.networking.k8s.io';

function shared(app: App, weights: Readonly<Record<string, number>>): void {
  const { apps, operators } = ground(app);
  const gateway = 'gateway.networking.k8s.io';
  const kinds = [
    `${gateway}/GatewayClass`,
    `${gateway}/Gateway`,
    `${gateway}/HTTPRoute`,
    `${GROUP}/InferencePool`,
  ];
  declare(operators, 'provides', { kinds, objects: [{ id: 'GatewayClass/istio' }] });
  new HelmRelease(operators, 'istiod', {
    name: 'istiod',
    chart: 'istiod',
    version: '1.30.3',
    repository: 'oci://registry.example.com/charts',
    values: { env: { ENABLE_GATEWAY_API_INFERENCE_EXTENSION: true } },
    footprint: {},
  });
  service(apps, 'picker', { ports: { grpc: 9002 }, ready: { tcp: 'grpc' }, replicas: 1 });
  for (const name of Object.keys(weights)) {
    service(apps, name);
    object(apps, `${GROUP}/v1`, 'InferencePool', name, {
      spec: {
        selector: { matchLabels: { 'app.kubernetes.io/name': name } },
        targetPorts: [{ number: 8080 }],
        endpointPickerRef: { name: 'picker', port: { number: 9002 } },
      },
    });
  }
  object(apps, `${gateway}/v1`, 'Gateway', 'door', {
    spec: { gatewayClassName: 'istio', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  });
  declare(apps, 'public', { object: 'Gateway/apps/door', what: 'llm.example.com', declared: true });
  const backendRefs = Object.entries(weights).map(([name, weight]) => ({
    group: GROUP,
    kind: 'InferencePool',
    name,
    weight,
  }));
  object(apps, `${gateway}/v1`, 'HTTPRoute', 'assistant', {
    spec: { parentRefs: [{ name: 'door' }], rules: [{ backendRefs }] },
  });
}

export function faulty(app: App): void {
  shared(app, { chat: 90, next: 10 });
}

export function repaired(app: App): void {
  // One of them is ready to take over, and gets nothing.
  shared(app, { chat: 100, next: 0 });
}
