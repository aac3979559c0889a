import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { namespaceOf } from '../core';

export interface RecommendationProps {
  /** Name of what makes the pods. */
  readonly target: string;
  readonly kind: 'Deployment' | 'Rollout';
}

/**
 * What its containers would need, by what they used: a VerticalPodAutoscaler that recommends and changes nothing. Beside an
 * autoscaler by CPU it could not: each would change what the other has just decided.
 */
export class Recommendation extends Construct {
  constructor(scope: Construct, id: string, { target, kind }: RecommendationProps) {
    super(scope, id);
    new ApiObject(this, 'Recommendation', {
      apiVersion: 'autoscaling.k8s.io/v1',
      kind: 'VerticalPodAutoscaler',
      metadata: { name: target, namespace: namespaceOf(this) },
      spec: {
        targetRef: {
          apiVersion: kind === 'Deployment' ? 'apps/v1' : 'argoproj.io/v1alpha1',
          kind,
          name: target,
        },
        updatePolicy: { updateMode: 'Off' },
      },
    });
  }
}
