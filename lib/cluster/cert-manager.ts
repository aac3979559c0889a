import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import { charts, type Footprint, HelmRelease, type MetricsEndpoint, policyOf, sized, spread } from '../core';

const NAME = 'cert-manager';
const WEBHOOK_PORT = 10250;

const SIZES = {
  controller: { cpu: '50m', memory: '256Mi' },
  // Holds every Secret and every webhook of the cluster in memory.
  cainjector: { cpu: '50m', memory: '512Mi' },
  webhook: { cpu: '50m', memory: '128Mi' },
} as const;
type Part = keyof typeof SIZES;

const labelsOf = (part: Part) => ({
  'app.kubernetes.io/name': part === 'controller' ? NAME : part,
  'app.kubernetes.io/instance': NAME,
  'app.kubernetes.io/component': part,
});

/** Makes the certificates of webhooks, and keeps them from running out. */
export class CertManager extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { replicas } = policyOf(this);
    const values = (part: Part) => ({
      replicaCount: replicas,
      resources: sized(SIZES[part]),
      ...(replicas > 1
        ? {
            topologySpreadConstraints: spread(labelsOf(part)),
            podDisruptionBudget: { enabled: true, minAvailable: 1 },
          }
        : {}),
    });
    const release = new HelmRelease(this, 'Release', {
      name: NAME,
      ...charts.certManager,
      values: {
        ...values('controller'),
        cainjector: values('cainjector'),
        webhook: values('webhook'),
        // They stay when the release goes: without them every certificate would be deleted.
        crds: { enabled: true, keep: true },
        // Its leases belong to it, not to kube-system.
        global: { leaderElection: { namespace: NAME } },
        // A Job that calls the webhook, which every engine waits for anyway.
        startupapicheck: { enabled: false },
      },
      provides: [
        'acme.cert-manager.io/Challenge',
        'acme.cert-manager.io/Order',
        'cert-manager.io/Certificate',
        'cert-manager.io/CertificateRequest',
        'cert-manager.io/ClusterIssuer',
        'cert-manager.io/Issuer',
      ],
      footprint: {
        controller: pods('controller', replicas, { 'http-healthz': 9403 }),
        cainjector: pods('cainjector', replicas),
        webhook: pods('webhook', replicas, { https: WEBHOOK_PORT, healthcheck: 6080 }),
      },
    });
    for (const part of Object.keys(SIZES))
      release.pods(part).pods.reach('apiServer', { why: 'watches its objects' });
    release.pods('webhook').pods.allowFromControlPlane(WEBHOOK_PORT);
    this.metrics = Object.keys(SIZES).map((part) =>
      release.pods(part).metrics('http-metrics', part === 'controller' ? { exporter: 'cert-manager' } : {}),
    );
  }
}

function pods(part: Part, replicas: number, ports: Readonly<Record<string, number>> = {}): Footprint {
  const account = part === 'controller' ? NAME : `${NAME}-${part}`;
  return {
    labels: labelsOf(part),
    replicas,
    containers: [{ name: `cert-manager-${part}`, ...SIZES[part], ports: { 'http-metrics': 9402, ...ports } }],
    serviceAccount: account,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    ...(replicas > 1 ? { spec: { topologySpreadConstraints: spread(labelsOf(part)) } } : {}),
  };
}
