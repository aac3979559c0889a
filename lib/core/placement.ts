import type { k8s } from 'cdk8s-plus-30';
import type { Labels, Toleration } from './kube';

/** Where pods may run, as the pool says it: never written by hand. */
export interface Placement {
  /** Name of the pool, for messages. */
  readonly pool?: string;
  readonly nodeSelector?: Labels;
  readonly tolerations?: readonly Toleration[];
  /** Share the zone of all pods that carry these labels, it among them. */
  readonly zoneOf?: Labels;
}

/** Any untainted node: in AWS environments the CPU pools. */
export const ANYWHERE: Placement = {};

/** The part of a pod spec that a placement decides. */
export function placed(placement: Placement): Pick<k8s.PodSpec, 'affinity' | 'nodeSelector' | 'tolerations'> {
  return {
    ...(placement.nodeSelector ? { nodeSelector: { ...placement.nodeSelector } } : {}),
    ...(placement.tolerations ? { tolerations: [...placement.tolerations] } : {}),
    ...(placement.zoneOf
      ? {
          affinity: {
            podAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                {
                  labelSelector: { matchLabels: { ...placement.zoneOf } },
                  topologyKey: 'topology.kubernetes.io/zone',
                },
              ],
            },
          },
        }
      : {}),
  };
}
