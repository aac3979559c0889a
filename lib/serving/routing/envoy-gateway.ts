import { ApiObject } from 'cdk8s';
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

const NAME = 'envoy-gateway';
const AI_NAME = 'ai-gateway-controller';
const XDS_PORT = 18000;
const HOOK_PORT = 1063;
const WEBHOOK_PORT = 9443;
const SIZE = { cpu: '200m', memory: '1Gi' } as const;
const AI_SIZE = { cpu: '100m', memory: '512Mi' } as const;
const CERTGEN_SIZE = { cpu: '50m', memory: '128Mi' } as const;
const CONTROLLER = 'gateway.envoyproxy.io/gatewayclass-controller';

/** Class of every Gateway that Envoy Gateway answers. */
export const ENVOY_CLASS = 'envoy';

/** Kinds of Envoy AI Gateway, from a chart of their own. */
export class EnvoyAiGatewayCrds extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const kinds = [
      'AIGatewayRoute',
      'AIServiceBackend',
      'BackendSecurityPolicy',
      'GatewayConfig',
      'MCPRoute',
    ];
    new HelmRelease(this, 'Release', {
      name: 'ai-gateway-crds',
      ...charts.envoyAiGatewayCrds,
      footprint: {},
      provides: [...kinds, 'QuotaPolicy'].map((kind) => `aigateway.envoyproxy.io/${kind}`),
    });
  }
}

/**
 * Envoy Gateway, which makes proxies of Gateways, and Envoy AI Gateway beside it, which teaches them to read models off
 * requests and to ask endpoint pickers. They live in one namespace, as do all proxies.
 */
export class EnvoyAiGateway extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];
  /** Where the proxies run. */
  public readonly namespace: string;
  private readonly controller: PodGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.namespace = namespaceOf(this);
    const { replicas } = policyOf(this);
    const several = replicas > 1;
    const labels = {
      'control-plane': NAME,
      'app.kubernetes.io/name': charts.envoyGateway.chart,
      'app.kubernetes.io/instance': NAME,
    };
    const affinity = several ? apart(labels) : undefined;
    const gateway = new HelmRelease(this, 'Gateway', {
      name: NAME,
      ...charts.envoyGateway,
      // They would bring the experimental channel of the Gateway API over the standard one.
      skipCrds: true,
      values: {
        crds: { enabled: false },
        deployment: {
          replicas,
          envoyGateway: { resources: sized(SIZE) },
          ...(affinity ? { pod: { affinity } } : {}),
        },
        ...(several ? { podDisruptionBudget: { minAvailable: 1 } } : {}),
        certgen: { job: { resources: sized(CERTGEN_SIZE) } },
        // It would ask the API server about every pod of a proxy, for zones that nothing here reads.
        topologyInjector: { enabled: false },
        config: {
          envoyGateway: {
            gateway: { controllerName: CONTROLLER },
            logging: { level: { default: 'info' } },
            provider: { type: 'Kubernetes' },
            extensionApis: { enableBackend: true },
            extensionManager: {
              backendResources: [
                { group: 'inference.networking.k8s.io', kind: 'InferencePool', version: 'v1' },
              ],
              hooks: {
                xdsTranslator: {
                  translation: {
                    listener: { includeAll: true },
                    route: { includeAll: true },
                    cluster: { includeAll: true },
                    secret: { includeAll: true },
                  },
                  post: ['Translation', 'Cluster', 'Route'],
                },
              },
              service: {
                fqdn: { hostname: `${AI_NAME}.${this.namespace}.svc.cluster.local`, port: HOOK_PORT },
              },
            },
          },
        },
      },
      requires: ['gateway.networking.k8s.io/GatewayClass', 'gateway.envoyproxy.io/EnvoyProxy'],
      footprint: {
        controller: {
          labels,
          replicas,
          containers: [
            {
              name: NAME,
              image: images.envoyGatewayController,
              ...SIZE,
              ports: { grpc: XDS_PORT, ratelimit: 18001, wasm: 18002, metrics: 19001 },
            },
          ],
          serviceAccount: NAME,
          ...(affinity ? { spec: { affinity } } : {}),
        },
        certgen: {
          labels: { app: 'certgen' },
          replicas: 1,
          containers: [
            { name: 'envoy-gateway-certgen', image: images.envoyGatewayController, ...CERTGEN_SIZE },
          ],
          serviceAccount: `${NAME}-${charts.envoyGateway.chart}-certgen`,
        },
      },
    });
    const aiLabels = {
      'app.kubernetes.io/name': charts.envoyAiGateway.chart,
      'app.kubernetes.io/instance': 'ai-gateway',
    };
    const aiAffinity = several ? apart(aiLabels) : undefined;
    const ai = new HelmRelease(this, 'AiGateway', {
      name: 'ai-gateway',
      ...charts.envoyAiGateway,
      values: {
        envoyGateway: { namespace: this.namespace },
        extProc: { logFormat: 'json' },
        controller: {
          logFormat: 'json',
          replicaCount: replicas,
          resources: sized(AI_SIZE),
          ...(several ? { podDisruptionBudget: { enabled: true, minAvailable: 1 } } : {}),
          ...(aiAffinity ? { affinity: aiAffinity } : {}),
          // Its own certificate lies in the chart, and another one is made at each render.
          mutatingWebhook: { certManager: { enable: true } },
        },
      },
      requires: ['cert-manager.io/Certificate', 'aigateway.envoyproxy.io/AIGatewayRoute'],
      creates: [
        {
          id: `Service/${this.namespace}/${AI_NAME}`,
          ports: [WEBHOOK_PORT, HOOK_PORT, 8080, 18002],
          selects: aiLabels,
        },
      ],
      footprint: {
        controller: {
          labels: aiLabels,
          replicas,
          containers: [
            {
              name: charts.envoyAiGateway.chart,
              image: images.envoyAiGatewayController,
              ...AI_SIZE,
              ports: { webhook: WEBHOOK_PORT, grpc: HOOK_PORT, metrics: 8080, 'ratelimit-xds': 18002 },
            },
          ],
          serviceAccount: AI_NAME,
          ...(aiAffinity ? { spec: { affinity: aiAffinity } } : {}),
        },
      },
    });
    new ApiObject(this, 'Class', {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: ENVOY_CLASS },
      spec: { controllerName: CONTROLLER },
    });
    const [controller, helper] = [gateway.pods('controller'), ai.pods('controller')];
    controller.pods.reach('apiServer', { why: 'watches gateways and routes, writes proxies' });
    gateway
      .pods('certgen')
      .pods.reach('apiServer', { why: 'writes the certificates between it and its proxies' });
    helper.pods.reach('apiServer', { why: 'watches routes to models, writes what proxies read' });
    helper.pods.allowFromControlPlane(WEBHOOK_PORT, 'adds its container to the pods of proxies');
    helper.pods.allowFrom(controller.pods, { port: HOOK_PORT, why: 'routes to models and their pickers' });
    this.controller = controller.pods;
    // The helper's port has no name in its chart, by which a monitor could find it.
    this.metrics = [controller.metrics('metrics')];
  }

  /** Let proxies ask for their routes. */
  public serve(proxies: PodGroup): void {
    this.controller.allowFrom(proxies, { port: XDS_PORT, why: 'routes of its gateway' });
  }
}
