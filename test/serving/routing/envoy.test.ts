import type { App } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { Layer, objectsOf, render } from '../../../lib/core';
import { validateObject } from '../../../lib/schemas';
import { EdgeGateway, EnvoyAiGatewayCrds, InferenceGateway } from '../../../lib/serving';
import { message, only } from '../pool';
import { ground, model } from './doors';

const BEHIND = { behind: 'envoy-gateway' } as const;

function routed(options: object = {}) {
  const { controller, layer, operators, app } = ground('serving', BEHIND);
  const gateway = new InferenceGateway(layer, 'models', { controller, drainSeconds: 180, bodyMiB: 64 });
  const chat = gateway.route(model(layer), options);
  return { app, layer, operators, gateway, chat };
}

const released = (app: App, name: string) =>
  render(app)
    .facts.of('release')
    .find((release) => release.name === name);

describe('the controllers', () => {
  test('Envoy Gateway lets Envoy AI Gateway change what it tells proxies, and knows InferencePools', () => {
    const { app } = routed();
    expect(released(app, 'envoy-gateway')).toMatchObject({
      chart: 'gateway-helm',
      skipCrds: true,
      values: {
        crds: { enabled: false },
        config: {
          envoyGateway: {
            extensionManager: {
              backendResources: [{ kind: 'InferencePool', version: 'v1' }],
              service: {
                fqdn: { hostname: 'ai-gateway-controller.envoy-gateway.svc.cluster.local', port: 1063 },
              },
            },
          },
        },
      },
    });
    expect(released(app, 'ai-gateway')).toMatchObject({
      values: {
        envoyGateway: { namespace: 'envoy-gateway' },
        controller: { mutatingWebhook: { certManager: { enable: true } } },
      },
      requires: ['cert-manager.io/Certificate', 'aigateway.envoyproxy.io/AIGatewayRoute'],
    });
  });

  test('talk to each other and to proxies, on these ports', () => {
    const { operators } = routed();
    const ports = (name: string) =>
      (
        only(operators, 'NetworkPolicy', name).spec as { ingress?: { ports: { port: number }[] }[] }
      ).ingress?.flatMap(({ ports: open }) => open.map(({ port }) => port));
    expect(ports('envoy-gateway-controller')).toEqual([18000]);
    expect(ports('ai-gateway-controller')?.sort()).toEqual([1063, 9443]);
  });

  test('its kinds come with a chart of their own', () => {
    const { app } = ground('serving', BEHIND);
    new EnvoyAiGatewayCrds(
      new Layer(app, 'crds', { phase: 'operators', namespace: 'envoy-gateway' }),
      'crds',
    );
    const provided = render(app).facts.of('provides');
    expect(provided.flatMap(({ kinds = [] }) => kinds)).toContain('aigateway.envoyproxy.io/AIGatewayRoute');
  });
});

describe('the inside gateway', () => {
  test('reads the model itself, and waits for the longest answer', () => {
    const { layer, chat } = routed();
    expect(chat.baseUrl).toBe('http://models.envoy-gateway.svc:8080/v1');
    expect(only(layer, 'AIGatewayRoute', 'chat').spec).toEqual({
      parentRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: 'models',
          namespace: 'serving',
          sectionName: 'http',
        },
      ],
      rules: [
        {
          matches: [{ headers: [{ type: 'Exact', name: 'x-ai-eg-model', value: 'chat' }] }],
          backendRefs: [{ group: 'inference.networking.k8s.io', kind: 'InferencePool', name: 'chat' }],
          timeouts: { request: '135s' },
        },
      ],
    });
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('holds bodies of the size that is asked for, not of 32 KiB, and silences of the longest answer', () => {
    const { layer } = routed();
    expect(only(layer, 'ClientTrafficPolicy').spec).toMatchObject({
      targetRefs: [{ kind: 'Gateway', name: 'models' }],
      connection: { bufferLimit: '64Mi' },
      timeout: { http: { streamIdleTimeout: '195s' } },
    });
  });

  test('its proxies drain for the longest answer, each container has its size, and both are scraped', () => {
    const { app, layer, gateway } = routed();
    expect(only(layer, 'EnvoyProxy').spec).toMatchObject({
      shutdown: { drainTimeout: '195s', minDrainDuration: '15s' },
      provider: { kubernetes: { envoyDeployment: { replicas: 2 }, envoyPDB: { maxUnavailable: 1 } } },
    });
    expect(only(layer, 'Gateway')).toMatchObject({
      metadata: { annotations: { 'aigateway.envoyproxy.io/gateway-config': 'models' } },
      spec: {
        gatewayClassName: 'envoy',
        infrastructure: { parametersRef: { kind: 'EnvoyProxy', name: 'models' } },
      },
    });
    const proxies = render(app)
      .facts.of('pods')
      .find(({ owner }) => owner === 'Gateway/serving/models#proxy');
    expect(proxies).toMatchObject({ namespace: 'envoy-gateway', replicas: 2 });
    expect(proxies?.template.spec.terminationGracePeriodSeconds).toBe(495);
    expect(
      proxies?.template.spec.containers.map(({ name, resources }) => [name, resources?.requests?.memory]),
    ).toEqual([
      ['envoy', '2Gi'],
      ['shutdown-manager', '32Mi'],
      ['ai-gateway-extproc', '1Gi'],
    ]);
    expect(gateway.metrics.map(({ portNumber, path }) => [portNumber, path])).toEqual([
      [19001, '/stats/prometheus'],
      [1064, undefined],
      [9090, undefined],
    ]);
  });

  test('says that requests fail while the picker is away', () => {
    const { layer } = routed();
    expect(only(layer, 'InferencePool').spec).toMatchObject({
      endpointPickerRef: { failureMode: 'FailClose' },
    });
    expect(message(() => routed({ onFailure: 'open' }))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): is to answer for 'chat' also while its picker is away
        why: Envoy AI Gateway does not read failureMode: its proxies answer with an error until the picker is back
        fix: use onFailure 'close', which is what happens, with a fallback at the gateway in front; or the controller Istio"
    `);
  });

  test('refuses two pools behind one name', () => {
    const { layer, gateway, chat } = routed();
    const canary = model(layer, 'chat-canary', { min: 1, max: 1 });
    expect(message(() => gateway.canary(chat, canary, 5))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): is to share the requests for 'chat' between 2 pools
        why: a rule of Envoy AI Gateway takes one InferencePool: the API server refuses two
        fix: share them between adapters of one server, let the gateway in front share them, or use the controller Agentgateway"
    `);
    const next = gateway.route(model(layer, 'next'));
    const shares = [
      { to: chat, weight: 90 },
      { to: next, weight: 10 },
    ];
    expect(message(() => gateway.split('assistant', shares))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): is to share the requests for 'assistant' between 2 pools
        why: a rule of Envoy AI Gateway takes one InferencePool: the API server refuses two
        fix: share them between adapters of one server, let the gateway in front share them, or use the controller Agentgateway"
    `);
  });
});

describe('the door', () => {
  function door() {
    const { controller, layer, app } = ground('edge', BEHIND);
    const edge = new EdgeGateway(layer, 'edge', { controller, tls: { kind: 'issuer', name: 'company-ca' } });
    const server = model(layer, 'page');
    edge.route({ service: 'page', port: 8000, pods: server.pods, longestSeconds: 120 }, 'llm.example.com');
    return { app, layer };
  }

  test('is a load balancer in front of ports that need no rights, and asks them whether they are ready', () => {
    const { layer } = door();
    expect(only(layer, 'EnvoyProxy').spec).toMatchObject({
      provider: {
        kubernetes: {
          envoyService: {
            type: 'LoadBalancer',
            externalTrafficPolicy: 'Cluster',
            annotations: {
              'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal',
              'service.beta.kubernetes.io/aws-load-balancer-healthcheck-port': '19003',
              'service.beta.kubernetes.io/aws-load-balancer-healthcheck-path': '/ready',
            },
          },
        },
      },
    });
    const { ingress } = only(layer, 'NetworkPolicy', 'edge-proxy').spec as {
      ingress: { ports: { port: number }[] }[];
    };
    expect([...new Set(ingress.flatMap(({ ports }) => ports.map(({ port }) => port)))]).toEqual([
      10443, 19003,
    ]);
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('holds requests until they are whole; nothing of models is there', () => {
    const { layer } = door();
    expect(only(layer, 'BackendTrafficPolicy').spec).toMatchObject({ requestBuffer: { limit: '32Mi' } });
    expect(objectsOf(layer).map(({ kind }) => kind)).not.toContain('GatewayConfig');
    expect(objectsOf(layer).map(({ kind }) => kind)).not.toContain('AgentgatewayPolicy');
  });
});
