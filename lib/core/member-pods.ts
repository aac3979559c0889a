import type { Construct } from 'constructs';
import { clusterOf } from './cluster';
import type { Labels, PodSpec, TopologySpread, Volume } from './kube';
import { policyOf } from './policy';

/** A claim that an operator makes for each of its pods, as a volume that a stand-in pod would get alike. */
export function claim(scope: Construct, name: string, storageGiB: number): Volume {
  return { name, ephemeral: { volumeClaimTemplate: { spec: claimSpec(scope, storageGiB) } } };
}

/** What such a claim asks for. */
export function claimSpec(scope: Construct, storageGiB: number) {
  return {
    accessModes: ['ReadWriteOnce'],
    storageClassName: clusterOf(scope).storageClass,
    resources: { requests: { storage: `${storageGiB}Gi` } },
  };
}

/** The part of a pod that puts members of a store in different zones where the policy asks for it; else nothing. */
export function zoneSpread(scope: Construct, labels: Labels): Pick<PodSpec, 'topologySpreadConstraints'> {
  const topologySpreadConstraints = zonesApart(scope, labels);
  return topologySpreadConstraints.length ? { topologySpreadConstraints } : {};
}

/** Such constraints by themselves. */
export function zonesApart(scope: Construct, labels: Labels): readonly TopologySpread[] {
  if (!policyOf(scope).spreadZones) return [];
  return [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { ...labels } },
    },
  ];
}
