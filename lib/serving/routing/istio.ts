import { Construct } from 'constructs';
import type { IScrapeTarget } from '../../contracts';
import {
  apart,
  charts,
  HelmRelease,
  images,
  type MetricsEndpoint,
  namespaceOf,
  type PodGroup,
  policyOf,
  sized,
} from '../../core';

const NAME = 'istiod';
const XDS_PORT = 15012;
const WEBHOOK_PORT = 15017;
const SIZE = { cpu: '200m', memory: '1Gi' } as const;

/** Class of every Gateway that Istio answers; its controller writes it. */
export const ISTIO_CLASS = 'istio';

const KINDS = [
  ...['TrafficExtension', 'WasmPlugin'].map((kind) => `extensions.istio.io/${kind}`),
  ...[
    ...['DestinationRule', 'EnvoyFilter', 'Gateway', 'ProxyConfig', 'ServiceEntry', 'Sidecar'],
    ...['VirtualService', 'WorkloadEntry', 'WorkloadGroup'],
  ].map((kind) => `networking.istio.io/${kind}`),
  ...['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'].map(
    (kind) => `security.istio.io/${kind}`,
  ),
  'telemetry.istio.io/Telemetry',
];

/** What istiod makes of its webhook once it answers: said from the start, or a delivery that heals would undo it each time. */
const WEBHOOK = { validationFailurePolicy: 'Fail' } as const;

/** Istio's kinds, from a chart of their own. */
export class IstioCrds extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new HelmRelease(this, 'Release', {
      name: 'istio-base',
      ...charts.istioBase,
      values: {
        base: WEBHOOK,
        global: { istioNamespace: namespaceOf(this), enableReaderRBAC: false },
      },
      footprint: {},
      provides: KINDS,
    });
  }
}

/** Istio's control plane, for gateways alone: it makes their proxies, and no pod gets a sidecar. */
export class Istio extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];
  private readonly controller: PodGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { replicas } = policyOf(this);
    const namespace = namespaceOf(this);
    const labels = {
      app: NAME,
      istio: 'pilot',
      'app.kubernetes.io/name': NAME,
      'app.kubernetes.io/instance': NAME,
    };
    const affinity = replicas > 1 ? apart(labels) : undefined;
    const seccompProfile = { type: 'RuntimeDefault' };
    const release = new HelmRelease(this, 'Release', {
      name: NAME,
      ...charts.istiod,
      values: {
        image: images.istiod,
        autoscaleEnabled: false,
        replicaCount: replicas,
        resources: sized(SIZE),
        seccompProfile,
        ...(affinity ? { affinity } : {}),
        // Off at default: InferencePools would be backends that nobody knows.
        base: WEBHOOK,
        env: { ENABLE_GATEWAY_API_INFERENCE_EXTENSION: true },
        // All that its proxies miss for the restricted level; the sysctl lets them listen on 443.
        gateways: {
          securityContext: {
            seccompProfile,
            sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
          },
        },
        global: {
          istioNamespace: namespace,
          logAsJson: true,
          // For clusters that read each other's secrets.
          enableReaderRBAC: false,
          proxy: { image: images.istioProxy },
        },
      },
      requires: ['gateway.networking.k8s.io/GatewayClass', 'networking.istio.io/EnvoyFilter'],
      creates: [{ id: `GatewayClass/${ISTIO_CLASS}` }],
      footprint: {
        controller: {
          labels,
          replicas,
          containers: [
            {
              name: 'discovery',
              image: images.istiod,
              ...SIZE,
              ports: {
                'http-debug': 8080,
                'grpc-xds': 15010,
                'tls-xds': XDS_PORT,
                'https-webhooks': WEBHOOK_PORT,
                'http-monitoring': 15014,
              },
            },
          ],
          serviceAccount: NAME,
          ...(affinity ? { spec: { affinity } } : {}),
        },
      },
    });
    const controller = release.pods('controller');
    controller.pods.reach('apiServer', { why: 'watches gateways, routes and pools, writes proxies' });
    controller.pods.allowFromControlPlane(WEBHOOK_PORT, 'judges objects of its kinds');
    this.controller = controller.pods;
    this.metrics = [controller.metrics('http-monitoring')];
  }

  /** Let proxies ask for their routes, and for a certificate to ask with. */
  public serve(proxies: PodGroup): void {
    this.controller.allowFrom(proxies, { port: XDS_PORT, why: 'routes of its gateway' });
  }
}
