import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type KubeObject, Layer, objectsOf, render } from '../../../lib/core';
import { validateObject } from '../../../lib/schemas';
import { EdgeGateway, InferenceGateway, IstioCrds } from '../../../lib/serving';
import { message, only } from '../pool';
import { ground, model } from './doors';

const BEHIND = { behind: 'istio' } as const;

function routed(options: object = {}) {
  const { controller, layer, operators, app } = ground('serving', BEHIND);
  const gateway = new InferenceGateway(layer, 'models', { controller, drainSeconds: 180, bodyMiB: 64 });
  const chat = gateway.route(model(layer), options);
  return { app, layer, operators, gateway, chat };
}

/** What istiod lays over one of the objects that it makes for a gateway. */
const overlay = (layer: Layer, gateway: string, kind: string) =>
  parse((only(layer, 'ConfigMap', gateway) as unknown as { data: Record<string, string> }).data[kind]);

const opened = (policy: KubeObject): number[] => {
  const { ingress } = policy.spec as { ingress: { ports: { port: number }[] }[] };
  return [...new Set(ingress.flatMap(({ ports }) => ports.map(({ port }) => port)))].sort((a, b) => a - b);
};

interface Filter {
  readonly name: string;
  readonly typed_config: Readonly<Record<string, unknown>>;
}

/** Filters by name, in the order in which Envoy runs them: each is put before the others. */
const filters = (layer: Layer, name: string): Filter[] => {
  const { configPatches } = only(layer, 'EnvoyFilter', name).spec as {
    configPatches: { patch: { operation: string; value: Filter } }[];
  };
  for (const { patch } of configPatches) expect(patch.operation).toBe('INSERT_FIRST');
  return configPatches.map(({ patch }) => patch.value).toReversed();
};

describe('the control plane', () => {
  test('knows InferencePools, runs pinned images and no autoscaler', () => {
    const { app } = routed();
    const release = render(app)
      .facts.of('release')
      .find(({ name }) => name === 'istiod');
    expect(release).toMatchObject({
      chart: 'istiod',
      version: '1.30.3',
      values: {
        image: 'registry.istio.io/release/pilot:1.30.3-distroless',
        autoscaleEnabled: false,
        replicaCount: 2,
        // What istiod itself writes into its webhook: Argo CD would write it back each time.
        base: { validationFailurePolicy: 'Fail' },
        env: { ENABLE_GATEWAY_API_INFERENCE_EXTENSION: true },
        global: {
          istioNamespace: 'istio-system',
          proxy: { image: 'registry.istio.io/release/proxyv2:1.30.3-distroless' },
        },
      },
      requires: ['gateway.networking.k8s.io/GatewayClass', 'networking.istio.io/EnvoyFilter'],
    });
  });

  test('is asked by proxies and by the API server alone', () => {
    const { operators } = routed();
    expect(opened(only(operators, 'NetworkPolicy', 'istiod-controller'))).toEqual([15012, 15017]);
  });

  test('its kinds come with a chart of their own', () => {
    const { app } = ground('serving', BEHIND);
    new IstioCrds(new Layer(app, 'crds', { phase: 'operators', namespace: 'istio-system' }), 'crds');
    const provided = render(app).facts.of('provides');
    expect(provided.flatMap(({ kinds = [] }) => kinds)).toContain('networking.istio.io/DestinationRule');
  });
});

describe('the inside gateway', () => {
  test('routes by a header, which the processor writes before a picker is asked', () => {
    const { layer, chat } = routed();
    expect(chat.baseUrl).toBe('http://models-istio.serving.svc:8080/v1');
    expect(only(layer, 'HTTPRoute', 'chat').spec).toMatchObject({
      parentRefs: [{ kind: 'Gateway', name: 'models', namespace: 'serving', sectionName: 'http' }],
      rules: [
        {
          matches: [{ headers: [{ type: 'Exact', name: 'x-gateway-model-name', value: 'chat' }] }],
          backendRefs: [{ kind: 'InferencePool', name: 'chat', weight: 1 }],
          timeouts: { request: '135s' },
        },
      ],
    });
    const config = only(layer, 'ConfigMap', 'models-processor-etc-processor') as unknown as {
      data: Record<string, string>;
    };
    expect(parse(config.data['config.yaml'])).toMatchObject({
      plugins: [
        {
          type: 'body-field-to-header',
          parameters: { fieldName: 'model', headerName: 'x-gateway-model-name' },
        },
      ],
    });
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('judges the length of a request, believes no header, then sends it to the processor in pieces', () => {
    const { layer } = routed();
    const [limit, models] = filters(layer, 'models-models');
    expect(limit.name).toBe('envoy.filters.http.lua');
    const { inline_string: script } = limit.typed_config.default_source_code as { inline_string: string };
    expect(script).toContain(`> ${64 * 1024 * 1024} then`);
    expect(script).toContain('headers:remove("x-gateway-model-name")');
    // Istio's own filter of that name is configured by each route; this one must not be.
    expect(models.name).not.toBe('envoy.filters.http.ext_proc');
    expect(models.typed_config).toMatchObject({
      grpc_service: {
        envoy_grpc: { cluster_name: 'outbound|9004||models-processor.serving.svc.cluster.local' },
      },
      failure_mode_allow: false,
      processing_mode: { request_body_mode: 'FULL_DUPLEX_STREAMED', response_body_mode: 'NONE' },
    });
    expect(opened(only(layer, 'NetworkPolicy', 'models-processor'))).toEqual([9004]);
  });

  test('speaks TLS to pickers and to the processor, whose certificates nobody signed', () => {
    const { layer } = routed();
    const rules = objectsOf(layer).filter(({ kind }) => kind === 'DestinationRule');
    expect(rules.map(({ spec }) => (spec as { host: string }).host).sort()).toEqual([
      'chat-picker.serving.svc.cluster.local',
      'models-processor.serving.svc.cluster.local',
    ]);
    for (const { spec } of rules)
      expect(spec).toMatchObject({ trafficPolicy: { tls: { mode: 'SIMPLE', insecureSkipVerify: true } } });
    // What Istio reads off the Service: HTTP/2 below that TLS.
    for (const name of ['chat-picker', 'models-processor'])
      expect(JSON.stringify(only(layer, 'Service', name))).toContain('"appProtocol":"kubernetes.io/h2c"');
  });

  test('its proxies wait for the longest answer, have their size, and are scraped with the processor', () => {
    const { app, layer, gateway } = routed();
    expect(overlay(layer, 'models', 'deployment').spec).toEqual({
      replicas: 2,
      template: {
        spec: {
          terminationGracePeriodSeconds: 210,
          topologySpreadConstraints: expect.any(Array),
          containers: [
            {
              name: 'istio-proxy',
              resources: {
                $patch: 'replace',
                requests: { cpu: '1', memory: '2Gi' },
                limits: { memory: '2Gi' },
              },
              env: [{ name: 'EXIT_ON_ZERO_ACTIVE_CONNECTIONS', value: 'true' }],
              lifecycle: { preStop: { sleep: { seconds: 15 } } },
            },
          ],
        },
      },
    });
    expect(overlay(layer, 'models', 'podDisruptionBudget').spec).toEqual({ maxUnavailable: 1 });
    expect(only(layer, 'Gateway').spec).toMatchObject({
      gatewayClassName: 'istio',
      infrastructure: {
        labels: { 'app.kubernetes.io/name': 'models' },
        parametersRef: { group: '', kind: 'ConfigMap', name: 'models' },
      },
    });
    const proxies = render(app)
      .facts.of('pods')
      .find(({ owner }) => owner === 'Gateway/serving/models#proxy');
    expect(proxies).toMatchObject({ namespace: 'serving', replicas: 2 });
    expect(proxies?.template.spec.terminationGracePeriodSeconds).toBe(210);
    expect(gateway.metrics.map(({ portNumber, path }) => [portNumber, path])).toEqual([
      [15020, '/stats/prometheus'],
      [9090, undefined],
      [9090, undefined],
    ]);
  });

  test('goes on while a picker is away, where that is asked for', () => {
    const failureMode = (options: object) =>
      (only(routed(options).layer, 'InferencePool').spec as { endpointPickerRef: { failureMode: string } })
        .endpointPickerRef.failureMode;
    expect(failureMode({})).toBe('FailOpen');
    expect(failureMode({ onFailure: 'close' })).toBe('FailClose');
  });

  test('refuses two pools behind one name', () => {
    const { layer, gateway, chat } = routed();
    const canary = model(layer, 'chat-canary', { min: 1, max: 1 });
    expect(message(() => gateway.canary(chat, canary, 5))).toMatchInlineSnapshot(`
      "layer/models (InferenceGateway): is to share the requests for 'chat' between 2 pools
        why: Istio asks the picker of the last pool of a rule for all of them: to the others it sends what nobody chose
        fix: share them between adapters of one server, let the gateway in front share them, or use the controller Agentgateway"
    `);
    const next = gateway.route(model(layer, 'next'));
    const shares = [
      { to: chat, weight: 90 },
      { to: next, weight: 10 },
    ];
    expect(message(() => gateway.split('assistant', shares))).toContain("for 'assistant' between 2 pools");
  });
});

describe('the door', () => {
  function door() {
    const { controller, layer } = ground('edge', BEHIND);
    const edge = new EdgeGateway(layer, 'edge', { controller, tls: { kind: 'issuer', name: 'company-ca' } });
    const server = model(layer, 'page');
    edge.route({ service: 'page', port: 8000, pods: server.pods, longestSeconds: 120 }, 'llm.example.com');
    return layer;
  }

  test('is a load balancer with one port, which asks proxies whether they are ready', () => {
    const layer = door();
    expect(overlay(layer, 'edge', 'service')).toMatchObject({
      metadata: {
        annotations: {
          'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal',
          'service.beta.kubernetes.io/aws-load-balancer-healthcheck-port': '15021',
          'service.beta.kubernetes.io/aws-load-balancer-healthcheck-path': '/healthz/ready',
        },
      },
      spec: { type: 'LoadBalancer', ports: [{ $patch: 'delete', port: 15021 }] },
    });
    expect(overlay(layer, 'edge', 'deployment').spec.template.spec.containers[0].lifecycle).toEqual({
      preStop: { sleep: { seconds: 120 } },
    });
    expect(opened(only(layer, 'NetworkPolicy', 'edge-proxy'))).toEqual([443, 15021]);
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('holds requests until they are whole; nothing of models is there', () => {
    const layer = door();
    expect(filters(layer, 'edge-limits')).toEqual([
      {
        name: 'envoy.filters.http.buffer',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer',
          max_request_bytes: 32 * 1024 * 1024,
        },
      },
    ]);
    const kinds = objectsOf(layer).map(({ kind }) => kind);
    expect(kinds).not.toContain('DestinationRule');
    expect(kinds).not.toContain('AgentgatewayPolicy');
  });
});
