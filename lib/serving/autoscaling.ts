import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { namespaceOf, PlatformError } from '../core';
import type { ModelServer } from './model-server';

export interface QueueAutoscalerProps {
  /** What to scale, between the floor and the ceiling of its replicas. */
  readonly target: ModelServer;
  /** URL of the Prometheus that scrapes the target, as KEDA's operator reaches it. */
  readonly prometheus: string;
  /**
   * Waiting requests for each replica above which one more is started.
   * @default 5
   */
  readonly waiting?: number;
}

/** Scales a model by the requests that wait for it: a KEDA ScaledObject named like the target. */
export class QueueAutoscaler extends Construct {
  constructor(scope: Construct, id: string, { target, prometheus, waiting = 5 }: QueueAutoscalerProps) {
    super(scope, id);
    const { min, max } = target.replicas;
    if (min === max) {
      throw new PlatformError(this, {
        what: `scales '${target.model}', whose replicas are fixed at ${min}`,
        why: 'its Deployment writes that number too, and the two would fight over it',
        fix: `give '${target.model}' replicas with a max above ${min}, or delete the autoscaler`,
      });
    }
    target.scaleByQueue();
    const namespace = namespaceOf(target);

    new ApiObject(this, 'ScaledObject', {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: target.model, namespace },
      spec: {
        scaleTargetRef: target.scaleTarget,
        minReplicaCount: min,
        maxReplicaCount: max,
        pollingInterval: 15,
        // Blind, keep what runs: a replica given up costs minutes of loading.
        fallback: { failureThreshold: 4, replicas: min, behavior: 'currentReplicasIfHigher' },
        advanced: {
          horizontalPodAutoscalerConfig: {
            behavior: {
              scaleUp: {
                stabilizationWindowSeconds: 30,
                policies: [{ type: 'Pods', value: 2, periodSeconds: 60 }],
              },
              // One at a time and late: traffic comes back sooner than a model loads.
              scaleDown: {
                stabilizationWindowSeconds: 900,
                policies: [{ type: 'Pods', value: 1, periodSeconds: 300 }],
              },
            },
          },
        },
        triggers: [
          {
            type: 'prometheus',
            metricType: 'AverageValue',
            metadata: {
              serverAddress: prometheus,
              query: `sum(${target.waiting}{namespace="${namespace}",model_name="${target.model}"})`,
              threshold: `${waiting}`,
              // No series is not an empty queue: let the fallback decide.
              ignoreNullValues: 'false',
            },
          },
        ],
      },
    });
  }
}
