import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import { PlatformError } from './errors';
import type { Workload } from './workload';

/** The plugin as Argo Rollouts must know it: another name, and weights never move. */
export const GATEWAY_PLUGIN = 'argoproj-labs/gatewayAPI';
/** Weights of a canary, in percent. */
export const CANARY_STEPS = [1, 5, 10, 25, 50, 100] as const;

/** A share at a time, by the weights of an HTTPRoute in front. */
export interface CanaryStrategy {
  readonly kind: 'canary';
  /** Name of the HTTPRoute that leads to both Services; in the namespace of the workload. */
  readonly route: string;
  /**
   * Percent of the requests, one after the other.
   * @default - 1, 5, 10, 25, 50, 100
   */
  readonly steps?: readonly number[];
  /**
   * Minutes of each.
   * @default 10
   */
  readonly stepMinutes?: number;
}

/** All at once, and back at once. */
export interface BlueGreenStrategy {
  readonly kind: 'blueGreen';
  /**
   * Minutes that the old replicas stay, and the new ones are judged, after the switch.
   * @default 10
   */
  readonly afterMinutes?: number;
}

/** Names of AnalysisTemplates of the namespace; each gets `hash`, that of the new pods. */
export interface RolloutAnalysis {
  /** Asked once, before the first request: a smoke test. */
  readonly before: string;
  /** Judges the new pods while they answer; what it finds aborts. */
  readonly during: string;
  /**
   * Asked at the end of each step of a canary, for whether enough was seen of it.
   * @default - nothing is asked
   */
  readonly seen?: string;
}

export interface RolloutProps {
  /** Whose pods it makes: one with `madeBy`, and with ports. */
  readonly workload: Workload;
  readonly strategy: CanaryStrategy | BlueGreenStrategy;
  readonly analysis: RolloutAnalysis;
  /** Replicas; absent where something scales the Rollout. */
  readonly replicas?: number;
  /** Slowest start that is still healthy. */
  readonly startupSeconds: number;
  /** Ports of the Service, by name. */
  readonly ports: Readonly<Record<string, number>>;
}

/**
 * Brings a change of a stateless workload to its callers bit by bit, or at once, and takes it back when it is worse: an
 * Argo Rollout over the template of the workload's Deployment. `<name>` stays the Service of what is proven;
 * `<name>-canary` is that of what is new.
 */
export class Rollout extends Construct {
  public readonly name: string;
  /** Name of the Service of the new pods. */
  public readonly canaryService: string;

  constructor(scope: Construct, id: string, props: RolloutProps) {
    super(scope, id);
    const { workload, strategy, replicas, startupSeconds, ports } = props;
    const { name, namespace, labels } = workload;
    this.name = name;
    this.canaryService = `${name}-canary`;
    new k8s.KubeService(this, 'Service', {
      metadata: { name: this.canaryService, namespace, labels: { ...labels } },
      spec: {
        // The controller adds the hash of the pods to this, and to that of the other Service.
        selector: { ...labels },
        ports: Object.entries(ports).map(([port, number]) => ({
          name: port,
          port: number,
          targetPort: k8s.IntOrString.fromString(port),
        })),
      },
    });
    new ApiObject(this, 'Rollout', {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name, namespace, labels: { ...labels } },
      spec: {
        ...(replicas === undefined ? {} : { replicas }),
        // Pods of the Deployment stay until those of the Rollout answer: a running service becomes one without a gap.
        workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name, scaleDown: 'onsuccess' },
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: startupSeconds + 600,
        strategy: strategy.kind === 'canary' ? this.canary(props, strategy) : this.blueGreen(props, strategy),
      },
    });
  }

  private canary({ analysis, workload }: RolloutProps, strategy: CanaryStrategy): object {
    const { route, steps = CANARY_STEPS, stepMinutes = 10 } = strategy;
    this.mustClimb(steps);
    const ask = (templateName: string) => ({
      analysis: { templates: [{ templateName }], args: HASH },
    });
    const first = [
      // One pod that nobody asks but the smoke test.
      { setCanaryScale: { replicas: 1 } },
      ask(analysis.before),
      { setCanaryScale: { matchTrafficWeight: true } },
    ];
    return {
      canary: {
        stableService: workload.name,
        canaryService: this.canaryService,
        // A pod that waits for its last answers gets no new ones.
        scaleDownDelaySeconds: 60,
        abortScaleDownDelaySeconds: 60,
        trafficRouting: {
          plugins: {
            [GATEWAY_PLUGIN]: {
              httpRoute: route,
              namespace: workload.namespace,
              // Flux leaves alone what carries it: its weights would come back with each look at git.
              inProgressLabelKey: 'kustomize.toolkit.fluxcd.io/reconcile',
              inProgressLabelValue: 'disabled',
            },
          },
        },
        analysis: {
          templates: [{ templateName: analysis.during }],
          args: HASH,
          startingStep: first.length,
        },
        steps: [
          ...first,
          ...steps.flatMap((weight) => [
            { setWeight: weight },
            { pause: { duration: `${stepMinutes}m` } },
            ...(analysis.seen === undefined ? [] : [ask(analysis.seen)]),
          ]),
        ],
      },
    };
  }

  private blueGreen({ analysis, workload }: RolloutProps, { afterMinutes = 10 }: BlueGreenStrategy): object {
    const ask = (templateName: string) => ({ templates: [{ templateName }], args: HASH });
    return {
      blueGreen: {
        activeService: workload.name,
        previewService: this.canaryService,
        autoPromotionEnabled: true,
        prePromotionAnalysis: ask(analysis.before),
        // Once more than it is judged: what is taken back must still be there.
        scaleDownDelaySeconds: (afterMinutes + 2) * 60,
        postPromotionAnalysis: ask(analysis.during),
      },
    };
  }

  private mustClimb(steps: readonly number[]): void {
    const climbs = steps.every(
      (step, index) => Number.isInteger(step) && step > (steps[index - 1] ?? 0) && step <= 100,
    );
    if (climbs && steps.length) return;
    throw new PlatformError(this, {
      what: `'steps' are ${steps.join(', ') || 'none'}`,
      why: 'each is a share of the requests, larger than the one before it',
      fix: `write whole percents that rise, such as ${CANARY_STEPS.join(', ')}`,
    });
  }
}

const HASH = [{ name: 'hash', valueFrom: { podTemplateHashValue: 'Latest' } }];
