import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import {
  charts,
  type DeclaredContainer,
  GATEWAY_PLUGIN,
  HelmRelease,
  images,
  type MetricsEndpoint,
  type PodGroup,
  policyOf,
  sized,
  spread,
} from '../core';

const NAME = 'argo-rollouts';
const LABELS = {
  'app.kubernetes.io/name': NAME,
  'app.kubernetes.io/instance': NAME,
  'app.kubernetes.io/component': 'rollouts-controller',
};
const SIZE = { cpu: '100m', memory: '512Mi' };
const COPY = { cpu: '50m', memory: '64Mi' };
const PLUGIN = 'rollouts-plugin-trafficrouter-gatewayapi';
const FOLDER = '/plugins';
const KINDS = ['AnalysisRun', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'Experiment', 'Rollout'];
/** Of all that it could steer, the Gateway API alone: by its plugin. */
const OTHERS = [
  ...[
    'istio',
    'smi',
    'ambassador',
    'awsLoadBalancerController',
    'awsAppMesh',
    'traefik',
    'apisix',
    'contour',
  ],
  'glooPlatform',
];

/**
 * Argo Rollouts with its plugin for the Gateway API, which an init container copies out of a pinned image: nothing is
 * downloaded when it starts. Its chart lets it read every Secret of the cluster.
 */
export class ArgoRollouts extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];
  /** Who asks Prometheus: it lets them in. */
  public readonly controller: PodGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { replicas } = policyOf(this);
    const volumes = [{ name: 'gateway-plugin', emptyDir: { sizeLimit: '256Mi' } }];
    const mount = { name: 'gateway-plugin', mountPath: FOLDER };
    const copy = {
      name: 'copy-gateway-plugin',
      image: images.rolloutsGatewayPlugin,
      command: ['cp', `/bin/${PLUGIN}`, `${FOLDER}/${PLUGIN}`],
      resources: sized(COPY),
      securityContext: SECURITY,
      volumeMounts: [mount],
    };
    const container: DeclaredContainer = {
      name: NAME,
      image: images.argoRollouts,
      ...SIZE,
      ports: { metrics: 8090, healthz: 8080 },
    };
    const release = new HelmRelease(this, 'Release', {
      name: NAME,
      ...charts.argoRollouts,
      values: {
        controller: {
          replicas,
          resources: sized(SIZE),
          ...(replicas > 1
            ? { pdb: { enabled: true, maxUnavailable: 1 }, topologySpreadConstraints: spread(LABELS) }
            : {}),
          initContainers: [copy],
          trafficRouterPlugins: [{ name: GATEWAY_PLUGIN, location: `file://${FOLDER}/${PLUGIN}` }],
          volumes,
          volumeMounts: [mount],
        },
        providerRBAC: {
          enabled: true,
          providers: { ...Object.fromEntries(OTHERS.map((name) => [name, false])), gatewayAPI: true },
        },
      },
      provides: KINDS.map((kind) => `argoproj.io/${kind}`),
      footprint: {
        controller: {
          labels: LABELS,
          replicas,
          containers: [container],
          serviceAccount: NAME,
          spec: {
            initContainers: [copy],
            volumes,
            ...(replicas > 1 ? { topologySpreadConstraints: spread(LABELS) } : {}),
          },
        },
      },
    });
    const controller = release.pods('controller');
    this.controller = controller.pods;
    this.controller.reach('apiServer', { why: 'makes pods of Rollouts, writes weights of routes' });
    this.metrics = [controller.metrics('metrics')];
  }
}

const SECURITY = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
