import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import {
  charts,
  type Footprint,
  HelmRelease,
  type MetricsEndpoint,
  type PodGroup,
  policyOf,
  sized,
  spread,
} from '../core';

/** Each part, with its keys in the chart's values: the metrics server is spelled in two ways. */
const PARTS = {
  operator: {
    key: 'operator',
    replicasKey: 'operator',
    account: 'keda-operator',
    pods: 'keda-operator',
    cpu: '100m',
    memory: '512Mi',
    ports: { metricsservice: 9666, metrics: 8080 },
  },
  'metrics-server': {
    key: 'metricServer',
    replicasKey: 'metricsServer',
    account: 'keda-metrics-server',
    pods: 'keda-operator-metrics-apiserver',
    cpu: '100m',
    memory: '256Mi',
    ports: { https: 6443, metrics: 8080 },
  },
  webhooks: {
    key: 'webhooks',
    replicasKey: 'webhooks',
    account: 'keda-webhook',
    pods: 'keda-admission-webhooks',
    cpu: '50m',
    memory: '128Mi',
    ports: { http: 9443, metrics: 8080 },
  },
} as const;
type Part = (typeof PARTS)[keyof typeof PARTS];
const ALL: readonly Part[] = Object.values(PARTS);

/** Scales workloads by what they measure, to zero where nobody calls. */
export class Keda extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];
  /** The pods that ask the sources of its triggers, such as Prometheus: whoever is asked lets them in. */
  public readonly operator: PodGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const { replicas } = policyOf(this);
    const each = <T>(key: 'key' | 'replicasKey', value: (part: Part) => T) =>
      Object.fromEntries(ALL.map((part) => [part[key], value(part)]));

    const release = new HelmRelease(this, 'Release', {
      name: 'keda',
      ...charts.keda,
      values: {
        ...each('replicasKey', () => ({ replicaCount: replicas })),
        resources: each('key', sized),
        ...(replicas > 1
          ? { topologySpreadConstraints: each('replicasKey', ({ pods }) => spread({ app: pods })) }
          : {}),
        podDisruptionBudget: each('key', () => ({ maxUnavailable: 1 })),
        // Opens the ports only; monitors are written where the kinds exist.
        prometheus: each('key', () => ({ enabled: true })),
      },
      provides: [
        'eventing.keda.sh/CloudEventSource',
        'eventing.keda.sh/ClusterCloudEventSource',
        'keda.sh/ClusterTriggerAuthentication',
        'keda.sh/ScaledJob',
        'keda.sh/ScaledObject',
        'keda.sh/TriggerAuthentication',
      ],
      footprint: Object.fromEntries(
        Object.entries(PARTS).map(([name, part]) => [name, footprint(part, replicas)]),
      ),
    });
    const parts = Object.keys(PARTS).map((name) => release.pods(name));
    const [operator, metricServer, webhooks] = parts.map(({ pods }) => pods);

    this.operator = operator;
    operator.reach('apiServer', { why: 'reads ScaledObjects, writes autoscalers' });
    operator.allowFrom(metricServer, { port: 9666, why: 'values of its triggers' });
    metricServer.reach('apiServer', { why: 'asks whether a reader may read' });
    metricServer.allowFromControlPlane(6443, 'external metrics');
    webhooks.reach('apiServer', { why: 'reads the workloads that are scaled' });
    webhooks.allowFromControlPlane(9443);
    this.metrics = parts.map((part) => part.metrics('metrics'));
  }
}

function footprint({ account, pods, cpu, memory, ports }: Part, replicas: number): Footprint {
  return {
    labels: { app: pods },
    replicas,
    containers: [{ name: pods, cpu, memory, ports }],
    serviceAccount: account,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    ...(replicas > 1 ? { spec: { topologySpreadConstraints: spread({ app: pods }) } } : {}),
  };
}
