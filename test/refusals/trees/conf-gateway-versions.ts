// InferencePools behind releases that do not go together: an Envoy Gateway that is too old, and an Istio that is not told.
import type { App } from 'cdk8s';
import { declare, HelmRelease } from '../../../lib/core';
import { ground, object, service } from '../ground';

const GROUP = 'inference.networking.k8s.io';

interface Versions {
  readonly envoy: string;
  readonly istio: string;
  readonly env: Readonly<Record<string, boolean>>;
}

function doors(app: App, { envoy, istio, env }: Versions): void {
  const { apps, operators } = ground(app);
  const gateway = 'gateway.networking.k8s.io';
  const kinds = [
    `${gateway}/GatewayClass`,
    `${gateway}/Gateway`,
    `${gateway}/HTTPRoute`,
    `${GROUP}/InferencePool`,
  ];
  declare(operators, 'provides', { kinds, objects: [{ id: 'GatewayClass/istio' }] });
  const release = (name: string, chart: string, version: string, values: Record<string, unknown>) =>
    new HelmRelease(operators, name, {
      name,
      chart,
      version,
      repository: 'oci://registry.example.com/charts',
      values,
      footprint: {},
    });
  const backendResources = [{ group: GROUP, kind: 'InferencePool', version: 'v1' }];
  release('envoy', 'gateway-helm', envoy, {
    config: { envoyGateway: { extensionManager: { backendResources } } },
  });
  release('ai', 'ai-gateway-helm', 'v1.1.0', {});
  release('istiod', 'istiod', istio, { env });
  object(apps, `${gateway}/v1`, 'GatewayClass', 'envoy', {
    metadata: { name: 'envoy' },
    spec: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
  });
  service(apps, 'chat');
  service(apps, 'picker', { ports: { grpc: 9002 }, ready: { tcp: 'grpc' }, replicas: 1 });
  object(apps, `${GROUP}/v1`, 'InferencePool', 'chat', {
    spec: {
      selector: { matchLabels: { 'app.kubernetes.io/name': 'chat' } },
      targetPorts: [{ number: 8080 }],
      endpointPickerRef: { name: 'picker', port: { number: 9002 } },
    },
  });
  for (const name of ['envoy', 'istio']) {
    object(apps, `${gateway}/v1`, 'Gateway', name, {
      spec: { gatewayClassName: name, listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
    });
    declare(apps, 'public', { object: `Gateway/apps/${name}`, what: 'llm.example.com', declared: true });
    const backendRefs = [{ group: GROUP, kind: 'InferencePool', name: 'chat' }];
    object(apps, `${gateway}/v1`, 'HTTPRoute', name, {
      spec: { parentRefs: [{ name }], rules: [{ backendRefs }] },
    });
  }
}

export function faulty(app: App): void {
  doors(app, { envoy: 'v1.6.2', istio: '1.30.3', env: {} });
}

export function repaired(app: App): void {
  const env = { ENABLE_GATEWAY_API_INFERENCE_EXTENSION: true };
  doors(app, { envoy: 'v1.9.0', istio: '1.30.3', env });
}
