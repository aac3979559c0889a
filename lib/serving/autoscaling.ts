import { ApiObject } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import { declare, namespaceOf, PlatformError } from '../core';
import type { EngineName } from './engines';
import { cronTrigger, type OfficeHours } from './office-hours';
import type { ReplicaRange } from './replica-range';
import { ask, type Card, type Signal, usualSignal } from './signals';

/** How the replicas of a model follow its load. */
export interface Autoscale {
  /**
   * What they follow: requests that wait, the part of the KV cache or of the largest batch in use, or how busy the GPUs
   * are; or requests that wait as the endpoint picker of the model sees them. A GPU is busy with one request as with a
   * hundred, so that it says little of how much more a replica can take.
   * @default 'queue'; `kvCache` for pods that write answers only; `batch` for an engine of TensorRT-LLM, which does not count what waits
   */
  readonly on?: Signal;
  /**
   * How much of it is enough for each replica: waiting requests, or percent.
   * @default - 5 requests (for each rank; on Triton its largest batch), 80 percent of the cache or of the batch, 60 percent of the GPUs, 5 requests of the picker
   */
  readonly target?: number;
  /**
   * Hours in which more run, whatever the load.
   * @default - none
   */
  readonly schedule?: readonly OfficeHours[];
}

/** Pods that do a part of what one model does, and tell of it under the same name as the others. */
export interface ScaledRole {
  /** The served name. */
  readonly of: string;
  /** The container of these pods. */
  readonly container: string;
  /** What they are followed by, where nobody says. */
  readonly follows: Signal;
}

/** A server that can be scaled. */
export interface Scalable extends IConstruct {
  readonly model: string;
  readonly replicas: ReplicaRange;
  /** Whose metrics its pods tell; absent where they tell none. */
  readonly tells?: EngineName;
  /** Its GPUs, as their metrics see them. */
  readonly card: Card;
  /** What the metrics of its GPUs are labelled with. */
  readonly holder: string;
  /** Nodes of one replica; absent for one. */
  readonly nodes?: number;
  /** Pods of one replica that tell metrics; absent for one. */
  readonly tellers?: number;
  readonly scaleTarget: { readonly apiVersion?: string; readonly kind?: string; readonly name: string };
  /** Which part of a model's work it does; absent for one that does all. */
  readonly role?: ScaledRole;
  /** Requests that may wait at each replica without being too many; absent for the usual number. */
  readonly queueTarget?: number;
  /** Used by what scales it. */
  scaledByLoad(): void;
}

export interface ModelAutoscalerProps extends Autoscale {
  /** What to scale, between the floor and the ceiling of its replicas. */
  readonly server: Scalable;
  /** URL of the Prometheus that scrapes the server, as KEDA's operator reaches it. */
  readonly prometheus: string;
}

/** Scales a model by its load and by the clock: a KEDA ScaledObject named like the model. */
export class ModelAutoscaler extends Construct {
  constructor(scope: Construct, id: string, props: ModelAutoscalerProps) {
    super(scope, id);
    const { server, prometheus, schedule = [] } = props;
    const { model, replicas, tells: engine, card, holder, nodes = 1, tellers = 1 } = server;
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
    const { role } = server;
    const on = props.on ?? role?.follows ?? usualSignal(engine);
    const target = props.target ?? (on === 'queue' || on === 'picker' ? server.queueTarget : undefined);
    const told = role ? { model: role.of, container: role.container } : { model };
    const scaled = { ...told, namespace, engine, card, holder, nodes, tellers };
    const { query, threshold } = ask(this, on, scaled, target);
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
