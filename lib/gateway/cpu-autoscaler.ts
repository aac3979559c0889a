import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { namespaceOf, PlatformError } from '../core';

/** Replicas between a floor and a ceiling. */
export interface CpuRange {
  readonly min: number;
  readonly max: number;
}

/** One number is a range without room. */
export function rangeOf(at: Construct, replicas: number | CpuRange): CpuRange {
  if (typeof replicas === 'number') return { min: replicas, max: replicas };
  const { min, max } = replicas;
  if (min >= 1 && min < max) return replicas;
  throw new PlatformError(at, {
    what: `'replicas' lies between ${min} and ${max}`,
    why: 'the floor is at least one, and below the ceiling: else nothing is left to scale',
    fix: 'write a ceiling above a floor of 1 or more, or one number',
  });
}

/** What scales a Deployment of that name, as facts name it. */
export const scalerId = (at: Construct, name: string): string =>
  `HorizontalPodAutoscaler/${namespaceOf(at)}/${name}`;

export interface CpuAutoscalerProps extends CpuRange {
  /** Name of the Deployment, or of the Rollout that makes its pods. */
  readonly target: string;
  /** @default 'Deployment' */
  readonly kind?: 'Deployment' | 'Rollout';
}

/** Part of the requested CPU in use, in percent, above which one more is started: a new replica takes a minute. */
const BUSY = 70;

/** Scales what keeps no state by the CPU it uses. */
export class CpuAutoscaler extends Construct {
  constructor(scope: Construct, id: string, { target, kind = 'Deployment', min, max }: CpuAutoscalerProps) {
    super(scope, id);
    new k8s.KubeHorizontalPodAutoscalerV2(this, 'Autoscaler', {
      metadata: { name: target, namespace: namespaceOf(this) },
      spec: {
        scaleTargetRef: {
          apiVersion: kind === 'Deployment' ? 'apps/v1' : 'argoproj.io/v1alpha1',
          kind,
          name: target,
        },
        minReplicas: min,
        maxReplicas: max,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: BUSY } },
          },
        ],
        behavior: {
          // Each one that goes first finishes its requests: slowly, one at a time.
          scaleDown: {
            stabilizationWindowSeconds: 300,
            policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }],
          },
        },
      },
    });
  }
}
