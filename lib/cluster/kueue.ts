import { Construct } from 'constructs';
import { charts, type Footprint, HelmRelease, policyOf, sized, spread, toYaml } from '../core';

export interface KueueProps {
  /** Namespaces whose Jobs wait for a queue; those of all others run as ever. */
  readonly namespaces: readonly string[];
}

const SIZE = { cpu: '500m', memory: '512Mi' };
const LABELS = {
  'app.kubernetes.io/name': 'kueue',
  'app.kubernetes.io/instance': 'kueue',
  'control-plane': 'controller-manager',
};

/** Starting a node, pulling an engine's image and loading weights all count as not yet ready. */
const READY_WITHIN = '45m';

/** Lets Jobs start when there is room for all of their pods, in order of priority: Kueue. */
export class Kueue extends Construct {
  constructor(scope: Construct, id: string, { namespaces }: KueueProps) {
    super(scope, id);
    const { replicas } = policyOf(this);
    const release = new HelmRelease(this, 'Release', {
      name: 'kueue',
      ...charts.kueue,
      values: {
        controllerManager: {
          replicas,
          manager: { resources: sized(SIZE) },
          ...(replicas > 1
            ? { podDisruptionBudget: { enabled: true }, topologySpreadConstraints: spread(LABELS) }
            : {}),
        },
        managerConfig: { controllerManagerConfigYaml: toYaml(configuration(namespaces)) },
      },
      provides: [
        'AdmissionCheck',
        'ClusterQueue',
        'Cohort',
        'LocalQueue',
        'MultiKueueCluster',
        'MultiKueueConfig',
        'ProvisioningRequestConfig',
        'ResourceFlavor',
        'Topology',
        'Workload',
        'WorkloadPriorityClass',
      ].map((kind) => `kueue.x-k8s.io/${kind}`),
      footprint: { manager: manager(replicas) },
    });
    const { pods } = release.pods('manager');
    pods.reach('apiServer', { why: 'suspends and resumes Jobs' });
    pods.allowFromControlPlane(9443);
    pods.allowFromControlPlane(8082, 'what waits in a queue');
  }
}

/** The file that the manager reads; what is left out has Kueue's own default. */
function configuration(namespaces: readonly string[]): object {
  return {
    apiVersion: 'config.kueue.x-k8s.io/v1beta2',
    kind: 'Configuration',
    health: { healthProbeBindAddress: ':8081' },
    metrics: { bindAddress: ':8443' },
    webhook: { port: 9443 },
    leaderElection: { leaderElect: true, resourceName: 'c1f6bfd2.kueue.x-k8s.io' },
    // A Job that names no queue would take what the queues have promised to others.
    manageJobsWithoutQueueName: true,
    // The webhooks fail closed: nothing outside these namespaces may depend on them.
    managedJobsNamespaceSelector: {
      matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] }],
    },
    // All or nothing: a Job of which some pods find no node gives its place back and comes again.
    waitForPodsReady: {
      timeout: READY_WITHIN,
      recoveryTimeout: READY_WITHIN,
      // One Job that starts slowly must not hold up all others.
      blockAdmission: false,
      requeuingStrategy: { timestamp: 'Eviction', backoffBaseSeconds: 60, backoffMaxSeconds: 3600 },
    },
    integrations: { frameworks: ['batch/job'] },
    // Disk goes by the node; a resource that no queue covers would keep a Job out for ever.
    resources: { excludeResourcePrefixes: ['ephemeral-storage'] },
  };
}

function manager(replicas: number): Footprint {
  return {
    labels: LABELS,
    replicas,
    containers: [
      { name: 'manager', ...SIZE, ports: { visibility: 8082, 'webhook-server': 9443, metrics: 8443 } },
    ],
    serviceAccount: 'kueue-controller-manager',
    ...(replicas > 1 ? { spec: { topologySpreadConstraints: spread(LABELS) } } : {}),
  };
}
