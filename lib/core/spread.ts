import type { Labels } from './kube';

/** Replicas of a controller on different nodes, in different zones where there is room. */
export function spread(labels: Labels) {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: labels },
  }));
}
