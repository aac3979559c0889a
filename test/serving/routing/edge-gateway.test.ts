import { describe, expect, test } from 'vitest';
import type { IWebService } from '../../../lib/contracts';
import { type Layer, objectsOf, render, Workload } from '../../../lib/core';
import { validateObject } from '../../../lib/schemas';
import { EdgeGateway, type EdgeGatewayProps } from '../../../lib/serving';
import { message, only } from '../pool';
import { ground } from './doors';

const ARN = 'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012';
const ACM = { kind: 'acm', certificates: [ARN] } as const;
const ISSUER = { kind: 'issuer', name: 'company-ca' } as const;

function web(layer: Layer, longestSeconds = 180, hidden: readonly string[] = []): IWebService {
  const workload = new Workload(layer, 'web', {
    image: 'docker.io/example/web:1.2.3',
    resources: { cpu: '500m', memory: '1Gi' },
    ports: { http: 4000 },
    ready: { path: '/ready' },
    startupSeconds: 60,
    drainSeconds: longestSeconds,
  });
  return { service: 'web', port: 4000, pods: workload.pods, longestSeconds, hidden };
}

function edge(
  props: Partial<EdgeGatewayProps> = {},
  options: { aws?: boolean; tier?: 'prod' | 'dev'; longestSeconds?: number; hidden?: readonly string[] } = {},
) {
  const { controller, layer, operators } = ground('edge', options);
  const made = new EdgeGateway(layer, 'edge', { controller, ...props });
  made.route(web(layer, options.longestSeconds, options.hidden), 'llm.example.com');
  return { layer, made, operators };
}

interface Parameters {
  readonly shutdown: { readonly min: number; readonly max: number };
  readonly deployment: { readonly spec: { readonly replicas: number } };
  readonly podDisruptionBudget?: object;
  readonly service: {
    readonly metadata?: { readonly annotations: Readonly<Record<string, string>> };
    readonly spec: Readonly<Record<string, unknown>>;
  };
}
const parameters = (layer: Layer) => only(layer, 'AgentgatewayParameters').spec as unknown as Parameters;
const annotations = (layer: Layer) => {
  const all = parameters(layer).service.metadata?.annotations ?? {};
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key.split('/')[1], value]));
};

describe('the load balancer', () => {
  test('has a private address unless ranges are given', () => {
    const { layer } = edge({ tls: ISSUER });
    expect(annotations(layer)['aws-load-balancer-scheme']).toBe('internal');
    expect(parameters(layer).service.spec).toMatchObject({
      type: 'LoadBalancer',
      loadBalancerClass: 'service.k8s.aws/nlb',
      loadBalancerSourceRanges: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
    });
    expect(render(layer.node.root).facts.of('public')).toEqual([]);
  });

  test('is public for the ranges given, and says so', () => {
    const { layer } = edge({ tls: ISSUER, access: { public: ['203.0.113.0/24'] } });
    expect(annotations(layer)['aws-load-balancer-scheme']).toBe('internet-facing');
    expect(parameters(layer).service.spec.loadBalancerSourceRanges).toEqual(['203.0.113.0/24']);
    expect(render(layer.node.root).facts.of('public')).toEqual([
      { object: 'Gateway/edge/edge', what: 'llm.example.com', declared: true },
    ]);
  });

  test('is let in from its own subnets, for requests and for health', () => {
    for (const [access, cidr] of [
      ['internal', '10.0.0.0/18'],
      [{ public: ['0.0.0.0/0'] }, '10.0.192.0/22'],
    ] as const) {
      const { layer } = edge({ tls: ISSUER, access });
      expect(only(layer, 'NetworkPolicy', 'edge-proxy')).toMatchObject({
        spec: { ingress: [{ from: [{ ipBlock: { cidr } }], ports: [{ port: 443 }, { port: 15021 }] }] },
      });
    }
  });

  test('ends TLS with certificates of ACM; the proxies then speak plain HTTP behind it', () => {
    const { layer } = edge({ tls: ACM });
    expect(annotations(layer)).toMatchObject({
      'aws-load-balancer-ssl-cert': ARN,
      'aws-load-balancer-ssl-ports': '443',
      'aws-load-balancer-backend-protocol': 'tcp',
    });
    expect(only(layer, 'Gateway').spec).toMatchObject({ listeners: [{ port: 443, protocol: 'HTTP' }] });
    expect(objectsOf(layer).filter(({ kind }) => kind === 'Certificate')).toEqual([]);
  });

  test('waits longer than the longest answer where it can', () => {
    const { layer } = edge({ tls: ISSUER, drainSeconds: 900 }, { longestSeconds: 900 });
    expect(annotations(layer)['aws-load-balancer-listener-attributes.TCP-443']).toBe(
      'tcp.idle_timeout.seconds=930',
    );
    expect(annotations(layer)['aws-load-balancer-target-group-attributes']).toContain(
      'deregistration_delay.timeout_seconds=930',
    );
  });
});

describe('TLS at the proxies', () => {
  test('a certificate for each host, from an issuer that is ours to name', () => {
    const { layer } = edge({ tls: ISSUER });
    expect(only(layer, 'Certificate').spec).toMatchObject({
      dnsNames: ['llm.example.com'],
      secretName: 'llm-example-com-tls',
      issuerRef: { kind: 'ClusterIssuer', name: 'company-ca' },
    });
    expect(only(layer, 'Gateway').spec).toMatchObject({
      listeners: [
        {
          hostname: 'llm.example.com',
          protocol: 'HTTPS',
          tls: { mode: 'Terminate', certificateRefs: [{ name: 'llm-example-com-tls' }] },
        },
      ],
    });
  });

  test('outside AWS: signed by itself, behind a Service inside the cluster', () => {
    const { layer } = edge({}, { aws: false });
    expect(only(layer, 'Issuer').spec).toEqual({ selfSigned: {} });
    expect(only(layer, 'Certificate').spec).toMatchObject({ issuerRef: { kind: 'Issuer', name: 'edge' } });
    expect(parameters(layer).service).toEqual({ spec: { type: 'ClusterIP' } });
  });
});

describe('a route', () => {
  test('lies beside its service and outlasts it; only that namespace may answer the host', () => {
    const { layer } = edge({ tls: ISSUER });
    expect(only(layer, 'HTTPRoute')).toMatchObject({
      metadata: { name: 'web', namespace: 'edge' },
      spec: {
        hostnames: ['llm.example.com'],
        parentRefs: [{ name: 'edge', namespace: 'edge', sectionName: 'llm-example-com' }],
        rules: [{ backendRefs: [{ name: 'web', port: 4000 }], timeouts: { request: '210s' } }],
      },
    });
    expect(only(layer, 'Gateway').spec).toMatchObject({
      listeners: [
        {
          allowedRoutes: {
            namespaces: { selector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } } },
          },
        },
      ],
    });
  });

  test('hides what is for inside only', () => {
    const { layer } = edge({ tls: ISSUER }, { hidden: ['/metrics'] });
    const { rules } = only(layer, 'HTTPRoute').spec as { rules: readonly object[] };
    expect(rules[0]).toEqual({ matches: [{ path: { type: 'PathPrefix', value: '/metrics' } }] });
  });

  test('lets the proxies through, and nobody else', () => {
    const { layer, operators } = edge({ tls: ISSUER });
    const proxy = { podSelector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': 'edge' } } };
    expect(only(layer, 'NetworkPolicy', 'web').spec).toMatchObject({
      ingress: [{ from: [proxy], ports: [{ port: 4000 }] }],
    });
    expect(only(operators, 'NetworkPolicy').spec).toMatchObject({
      ingress: [{ from: [proxy], ports: [{ port: 9978 }] }],
    });
  });
});

test('proxies: as many as the policy says, drained for the longest request, restricted', () => {
  const { layer } = edge({ tls: ISSUER });
  expect(parameters(layer)).toMatchObject({
    // A load balancer forgets a target late.
    shutdown: { min: 120, max: 315 },
    deployment: {
      spec: {
        replicas: 2,
        template: { spec: { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } } },
      },
    },
    podDisruptionBudget: { spec: { maxUnavailable: 1 } },
  });
  const dev = parameters(edge({ tls: ISSUER }, { tier: 'dev' }).layer);
  expect(dev.deployment.spec.replicas).toBe(1);
  expect(dev.podDisruptionBudget).toBeUndefined();
  const [, pods] = render(layer.node.root)
    .facts.of('pods')
    .filter(({ owner }) => owner.includes('#'));
  expect(pods).toMatchObject({ owner: 'Gateway/edge/edge#proxy', maker: 'operator', replicas: 2 });
});

test('requests are limited, answers stream', () => {
  expect(only(edge({ tls: ISSUER }).layer, 'AgentgatewayPolicy').spec).toEqual({
    targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge' }],
    traffic: { buffer: { request: { maxBytes: '32Mi', failureMode: 'FailClosed' } } },
  });
});

test.each([
  ['acm', edge({ tls: ACM })],
  ['issuer', edge({ tls: ISSUER })],
  ['outside AWS', edge({}, { aws: false })],
])('every object is valid: %s', (_, { layer }) => {
  expect(objectsOf(layer).flatMap((o) => validateObject(o))).toEqual([]);
});

describe('refuses', () => {
  test('no certificate on AWS', () => {
    expect(message(() => edge())).toMatchInlineSnapshot(`
      "layer/edge (EdgeGateway): has no certificate
        why: keys and prompts would travel in the clear
        fix: give it tls: { kind: acm, certificates: [arn…] } or { kind: issuer, name: … }"
    `);
  });

  test('certificates of ACM elsewhere', () => {
    expect(message(() => edge({ tls: ACM }, { aws: false }))).toMatchInlineSnapshot(`
      "layer/edge (EdgeGateway): has certificates of ACM in a cluster outside AWS
        why: only a load balancer of AWS can use them: their keys never leave it
        fix: use tls { kind: 'issuer' } or { kind: 'self-signed' }"
    `);
  });

  test('answers that outlast its drain', () => {
    expect(message(() => edge({ tls: ISSUER }, { longestSeconds: 300 }))).toMatchInlineSnapshot(`
      "layer/edge (EdgeGateway): drains for 180 s, and requests for llm.example.com take up to 300 s
        why: a stopping proxy would cut answers that are still being written
        fix: raise drainSeconds to 300"
    `);
  });

  test('answers that outlast the load balancer', () => {
    const long = { longestSeconds: 330 };
    expect(message(() => edge({ tls: ACM, drainSeconds: 330 }, long))).toMatchInlineSnapshot(`
      "layer/edge (EdgeGateway): answers of llm.example.com take up to 330 s, and its load balancer closes a connection that was silent for 350 s
        why: a TLS listener of a Network Load Balancer cannot wait longer: an answer that does not stream is cut
        fix: let the proxies end TLS (tls: { kind: issuer, name: … }), or lower drainSeconds to 320"
    `);
    expect(edge({ tls: ISSUER, drainSeconds: 330 }, long)).toBeDefined();
    expect(edge({ tls: ACM, drainSeconds: 320 }, { longestSeconds: 320 })).toBeDefined();
  });

  test('one host for two services, and no host at all', () => {
    const { layer, made } = edge({ tls: ISSUER });
    const again = { service: 'other', port: 1, pods: made.metrics[0].pods, longestSeconds: 1 };
    expect(message(() => made.route(again, 'llm.example.com'))).toMatchInlineSnapshot(`
      "layer/edge (EdgeGateway): is to answer 'llm.example.com' with two services
        why: one of the two would never be called
        fix: give each service a host of its own"
    `);
    const { controller, layer: bare } = ground('edge');
    new EdgeGateway(bare, 'edge', { controller, tls: ISSUER });
    expect(message(() => render(bare))).toContain('answers no host. Call route(service, host)');
    expect(layer).toBeDefined();
  });
});
