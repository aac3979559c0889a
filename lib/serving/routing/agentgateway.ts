import { Construct } from 'constructs';
import type { IScrapeTarget } from '../../contracts';
import { apart, charts, HelmRelease, type MetricsEndpoint, type PodGroup, policyOf, sized } from '../../core';

const NAME = 'agentgateway';
const XDS_PORT = 9978;
const SIZE = { cpu: '100m', memory: '512Mi' } as const;

/** Class of every Gateway that agentgateway answers; its controller writes it. */
export const GATEWAY_CLASS = 'agentgateway';

/** Agentgateway's kinds, from a chart of their own. */
export class AgentgatewayCrds extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new HelmRelease(this, 'Release', {
      name: 'agentgateway-crds',
      ...charts.agentgatewayCrds,
      footprint: {},
      provides: [
        'agentgateway.dev/AgentgatewayBackend',
        'agentgateway.dev/AgentgatewayModel',
        'agentgateway.dev/AgentgatewayParameters',
        'agentgateway.dev/AgentgatewayPolicy',
      ],
    });
  }
}

/** The controller that makes proxies of Gateways and tells them their routes. */
export class Agentgateway extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];
  private readonly controller: PodGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { replicas } = policyOf(this);
    const labels = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/instance': NAME };
    const affinity = replicas > 1 ? apart(labels) : undefined;
    const release = new HelmRelease(this, 'Release', {
      name: NAME,
      ...charts.agentgateway,
      values: {
        controller: {
          replicaCount: replicas,
          ...(replicas > 1 ? { podDisruptionBudget: { maxUnavailable: 1 } } : {}),
        },
        resources: sized(SIZE),
        ...(affinity ? { affinity } : {}),
        // All that is missing for the restricted level.
        podSecurityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        // Off at default: InferencePools would be backends that nobody knows.
        inferenceExtension: { enabled: true },
      },
      requires: ['gateway.networking.k8s.io/GatewayClass'],
      creates: [{ id: `GatewayClass/${GATEWAY_CLASS}` }],
      footprint: {
        controller: {
          labels,
          replicas,
          containers: [
            {
              name: 'controller',
              ...SIZE,
              ports: { 'grpc-xds-agw': XDS_PORT, health: 9093, metrics: 9092 },
            },
          ],
          serviceAccount: NAME,
          ...(affinity ? { spec: { affinity } } : {}),
        },
      },
    });
    const controller = release.pods('controller');
    controller.pods.reach('apiServer', { why: 'watches gateways and routes, writes proxies' });
    this.controller = controller.pods;
    this.metrics = [controller.metrics('metrics')];
  }

  /** Let proxies ask for their routes. */
  public serve(proxies: PodGroup): void {
    this.controller.allowFrom(proxies, { port: XDS_PORT, why: 'routes of its gateway' });
  }
}
