import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { declare, namespaceOf, PlatformError } from '../core';
import type { ModelServer } from './model-server';
import { cronTrigger, type OfficeHours } from './office-hours';
import { ask, type Signal } from './signals';

/** How the replicas of a model follow its load. */
export interface Autoscale {
  /**
   * What they follow: requests that wait, the part of the KV cache in use, or how busy the GPUs are; or requests that wait
   * as the endpoint picker of the model sees them. A GPU is busy with one request as with a hundred, so that it says little
   * of how much more a replica can take.
   * @default 'queue'
   */
  readonly on?: Signal;
  /**
   * How much of it is enough for each replica: waiting requests, or percent.
   * @default - 5 requests, 80 percent of the cache, 60 percent of the GPUs, 5 requests of the picker
   */
  readonly target?: number;
  /**
   * Hours in which more run, whatever the load.
   * @default - none
   */
  readonly schedule?: readonly OfficeHours[];
}

export interface ModelAutoscalerProps extends Autoscale {
  /** What to scale, between the floor and the ceiling of its replicas. */
  readonly server: ModelServer;
  /** URL of the Prometheus that scrapes the server, as KEDA's operator reaches it. */
  readonly prometheus: string;
}

/** Scales a model by its load and by the clock: a KEDA ScaledObject named like the model. */
export class ModelAutoscaler extends Construct {
  constructor(scope: Construct, id: string, props: ModelAutoscalerProps) {
    super(scope, id);
    const { server, prometheus, on = 'queue', schedule = [] } = props;
    const { model, replicas, tells: engine, card } = server;
    const { min, max } = replicas;
    // What tells nothing is fixed, too: its server refuses a range.
    if (min === max || !engine) {
      throw new PlatformError(this, {
        what: `scales '${model}', whose replicas are fixed at ${min}`,
        why: 'its Deployment writes that number too, and the two would fight over it',
        fix: `give '${model}' replicas with a max above ${min}, or delete the autoscaler`,
      });
    }
    const namespace = namespaceOf(server);
    const { query, threshold } = ask(this, on, { model, namespace, engine, card }, props.target);
    server.scaledByLoad();
    if (on === 'picker') {
      declare(this, 'join', {
        object: `ScaledObject/${namespace}/${model}`,
        scope: 'picked model',
        uses: model,
      });
    }

    new ApiObject(this, 'ScaledObject', {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: model, namespace },
      spec: {
        scaleTargetRef: server.scaleTarget,
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
              query,
              threshold: `${threshold}`,
              // No series is not an empty queue: let the fallback decide.
              ignoreNullValues: 'false',
            },
          },
          ...schedule.map((hours) => cronTrigger(this, hours, replicas)),
        ],
      },
    });
  }
}
