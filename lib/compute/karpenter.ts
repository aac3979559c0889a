import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import {
  charts,
  clusterName,
  declare,
  HelmRelease,
  type MetricsEndpoint,
  PlatformError,
  queueName,
  SYSTEM_NODES,
  sized,
  WorkloadIdentity,
} from '../core';
import { awsClusterOf } from './aws-cluster';
import { karpenterStatements } from './karpenter-permissions';
import { NODE_ROLE } from './karpenter-pool';

/** Where critical pods of every cluster live. */
const NAMESPACE = 'kube-system';
const QUEUE = 'karpenter';
const NAME = 'karpenter';

interface Versioned {
  /**
   * Version of the chart, the same for Karpenter and its kinds.
   * @default - the one that this library was checked with
   */
  readonly version?: string;
}

/** Karpenter's kinds, from a chart of their own: Helm never upgrades those of the main chart. */
export class KarpenterCrds extends Construct {
  constructor(scope: Construct, id: string, { version = charts.karpenterCrd.version }: Versioned = {}) {
    super(scope, id);
    new HelmRelease(this, 'Release', {
      name: 'karpenter-crd',
      namespace: NAMESPACE,
      ...charts.karpenterCrd,
      version,
      footprint: {},
      provides: [
        'autoscaling.x-k8s.io/CapacityBuffer',
        'karpenter.k8s.aws/EC2NodeClass',
        'karpenter.sh/NodeClaim',
        'karpenter.sh/NodeOverlay',
        'karpenter.sh/NodePool',
      ],
    });
  }
}

export interface KarpenterProps extends Versioned {
  /**
   * Listens to NodeOverlays, which tell it what nodes with divided GPUs offer. An alpha feature of Karpenter's.
   * @default false
   */
  readonly overlays?: boolean;
  /**
   * Keeps the nodes of pools that have so many whatever pods ask (`static`). An alpha feature of Karpenter's.
   * @default false
   */
  readonly staticCapacity?: boolean;
  /**
   * Listens to CapacityBuffers, for which it keeps room free. An alpha feature of Karpenter's.
   * @default false
   */
  readonly capacityBuffers?: boolean;
}

/** Starts and ends nodes. Runs on the managed system nodes, since it cannot run on what it has yet to start. */
export class Karpenter extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string, props: KarpenterProps = {}) {
    super(scope, id);
    const { version = charts.karpenter.version } = props;
    const gates = gatesOf(props);
    const cluster = awsClusterOf(this);
    mustRunOn(this, version, cluster.kubernetes);
    const identity = new WorkloadIdentity(this, 'Identity', {
      name: NAME,
      namespace: NAMESPACE,
      create: false,
    });
    for (const statement of karpenterStatements(cluster, { nodeRole: NODE_ROLE, queue: QUEUE })) {
      identity.grant(statement);
    }
    declare(this, 'aws', { kind: 'node-role', name: NODE_ROLE });
    declare(this, 'aws', { kind: 'interruption-queue', name: QUEUE });

    const size = { cpu: '1', memory: '1Gi' };
    const replicas = 2;
    const nodeSelector = { 'kubernetes.io/os': 'linux', ...SYSTEM_NODES.labels };
    const tolerations = [{ key: SYSTEM_NODES.taint.key, operator: 'Exists' }];
    const labels = { 'app.kubernetes.io/name': NAME, 'app.kubernetes.io/instance': NAME };
    const release = new HelmRelease(this, 'Release', {
      name: NAME,
      namespace: NAMESPACE,
      ...charts.karpenter,
      version,
      skipCrds: true,
      values: {
        replicas,
        nodeSelector,
        tolerations,
        controller: { resources: sized(size) },
        settings: {
          clusterName: clusterName(cluster),
          interruptionQueue: queueName(cluster, QUEUE),
          ...(Object.keys(gates).length ? { featureGates: gates } : {}),
        },
      },
      footprint: {
        controller: {
          labels,
          replicas,
          containers: [{ name: 'controller', ...size, ports: { 'http-metrics': 8080, http: 8081 } }],
          serviceAccount: identity.serviceAccount,
          nodeSelector,
          tolerations,
          spec: {
            priorityClassName: 'system-cluster-critical',
            // As the chart has it: the second replica needs a second zone.
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: 'topology.kubernetes.io/zone',
                whenUnsatisfiable: 'DoNotSchedule',
                labelSelector: { matchLabels: labels },
              },
            ],
          },
        },
      },
    });
    const controller = release.pods('controller');
    controller.pods.reach('apiServer', { why: 'reads pods, writes nodes' });
    identity.usedBy(controller.pods);
    this.metrics = [controller.metrics('http-metrics')];
  }
}

/** Features that are off by default, as the chart names them. */
const gatesOf = ({ overlays, staticCapacity, capacityBuffers }: KarpenterProps): Record<string, true> => ({
  ...(overlays ? { nodeOverlay: true } : {}),
  ...(staticCapacity ? { staticCapacity: true } : {}),
  ...(capacityBuffers ? { capacityBuffer: true } : {}),
});

/** First Karpenter for each Kubernetes, from its compatibility page of 2026-08-21. */
const FIRST: Readonly<Record<string, string>> = { '1.34': '1.6.0', '1.35': '1.9.0', '1.36': '1.13.0' };

function mustRunOn(scope: Construct, version: string, kubernetes: string): void {
  const first = Object.hasOwn(FIRST, kubernetes) ? FIRST[kubernetes] : undefined;
  if (first && version.localeCompare(first, 'en', { numeric: true }) >= 0) return;
  throw new PlatformError(scope, {
    what: `is Karpenter ${version} on Kubernetes ${kubernetes}`,
    why: first
      ? `the first one that knows Kubernetes ${kubernetes} is ${first}: an older one may start no nodes at all`
      : `which Karpenter knows it is not known here; known are ${Object.keys(FIRST).join(', ')}`,
    fix: first
      ? `raise version to ${first} or later, or delete it: ${charts.karpenter.version} is what was checked`
      : 'run a Kubernetes that is known',
  });
}
