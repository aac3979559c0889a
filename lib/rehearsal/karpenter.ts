import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient, Target } from './api-client';
import type { ControlPlane } from './control-plane';
import type { SimulatedInstanceType } from './instance-types';
import { until } from './poll';
import { freePorts } from './ports';
import type { Programs } from './programs';

/** Kinds that Karpenter watches, besides those that an environment writes. */
export const KARPENTER_KINDS = [
  { apiVersion: 'karpenter.sh/v1', kind: 'NodePool' },
  { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim' },
  { apiVersion: 'karpenter.sh/v1alpha1', kind: 'NodeOverlay' },
  { apiVersion: 'karpenter.k8s.aws/v1', kind: 'EC2NodeClass' },
  { apiVersion: 'autoscaling.x-k8s.io/v1beta1', kind: 'CapacityBuffer' },
] as const;

/** What AWS's own controller would report of a class whose images, subnets and groups it found. */
const CONDITIONS = [
  'AMIsReady',
  'SubnetsReady',
  'SecurityGroupsReady',
  'InstanceProfileReady',
  'ValidationSucceeded',
  'PlacementGroupReady',
  'Ready',
];

/** Run the real Karpenter on simulated instances of these types. */
export async function startKarpenter(
  plane: ControlPlane,
  programs: Programs,
  types: readonly SimulatedInstanceType[],
  gates: FeatureGates,
): Promise<void> {
  const [metrics, health] = await freePorts(2);
  const file = join(plane.processes.folder, 'instance-types.json');
  writeFileSync(file, JSON.stringify(types));
  plane.processes.start('karpenter', programs.path('karpenter'), [], {
    KUBECONFIG: plane.kubeconfig,
    DISABLE_LEADER_ELECTION: 'true',
    METRICS_PORT: `${metrics}`,
    HEALTH_PROBE_PORT: `${health}`,
    SYSTEM_NAMESPACE: 'kube-system',
    INSTANCE_TYPES_FILE_PATH: file,
    FEATURE_GATES: ['ReservedCapacity=true', ...gatesOf(gates)].join(','),
    BATCH_IDLE_DURATION: '1s',
    BATCH_MAX_DURATION: '5s',
  });
  // On a busy machine it takes longer to come up than pods are waited for.
  await until('Karpenter being ready', 120, async () => (await answers(health)) || undefined);
}

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** As the values of Karpenter's chart name them. */
export type FeatureGates = Readonly<Record<string, boolean>>;

const gatesOf = (gates: FeatureGates): string[] =>
  Object.entries(gates).map(([name, on]) => `${name[0].toUpperCase()}${name.slice(1)}=${on}`);

/** Say of a node class that AWS has what it names: nothing here can look. */
export async function markReady(api: ApiClient, nodeClass: Target): Promise<void> {
  const lastTransitionTime = new Date().toISOString();
  const conditions = CONDITIONS.map((type) => ({
    type,
    status: 'True',
    reason: type,
    message: '',
    lastTransitionTime,
  }));
  await api.patch(nodeClass, { status: { conditions } }, 'status');
}
