import { Construct } from 'constructs';
import { PlatformError, Rollout, type SecretRef, type Workload } from '../core';
import { GatewayAnalysis, type GatewayLimits } from './rollout-analysis';

/** How a change of the gateway reaches its callers. */
export interface GatewayRollout {
  /**
   * 'canary': a share at a time of what comes through the route of `host`; who calls the Service gets the old replicas until
   * the end. 'blueGreen': all at once, and back within minutes.
   */
  readonly kind: 'canary' | 'blueGreen';
  /**
   * Minutes of each step, or after the switch.
   * @default 10
   */
  readonly stepMinutes?: number;
  /**
   * Requests that the new replicas must answer within a step to be judged; with fewer a canary pauses.
   * @default 30
   */
  readonly leastRequests?: number;
  /** @default - 1 percent of errors, 2 seconds, 99 percent of success */
  readonly worse?: GatewayLimits;
  /** URL of the Prometheus that scrapes it, as Argo Rollouts reaches it. */
  readonly prometheus: string;
}

export interface GatewayChangeProps extends GatewayRollout {
  readonly workload: Workload;
  readonly port: number;
  readonly startupSeconds: number;
  /** Whether a route leads to it, whose weights can change. */
  readonly hasRoute: boolean;
  /** Names that it must know; called when the manifest is written. */
  readonly aliases: () => readonly string[];
  readonly masterKey: SecretRef;
  /** Absent where something scales it. */
  readonly replicas?: number;
}

/** The gateway's pods by Argo Rollouts, and how those are judged. */
export class GatewayChange extends Construct {
  /** Name of the Service of the new pods. */
  public readonly canaryService: string;

  constructor(scope: Construct, id: string, props: GatewayChangeProps) {
    super(scope, id);
    const { kind, workload, port, startupSeconds, aliases, masterKey, replicas, prometheus } = props;
    const { stepMinutes = 10, leastRequests = 30, worse = {} } = props;
    this.mustHaveRoute(props);
    const { name, namespace } = workload;
    const analysis = new GatewayAnalysis(this, 'Analysis', {
      gateway: name,
      url: `http://${name}-canary.${namespace}.svc:${port}`,
      aliases,
      masterKey,
      prometheus,
      limits: worse,
      leastRequests,
      minutes: stepMinutes,
      ends: kind === 'blueGreen',
    });
    workload.pods.allowFrom(analysis.smoke, { port, why: 'smoke test of new replicas' });
    const rollout = new Rollout(this, 'Rollout', {
      workload,
      strategy: kind === 'canary' ? { kind, route: name, stepMinutes } : { kind, afterMinutes: stepMinutes },
      analysis: analysis.templates,
      startupSeconds,
      ports: { http: port },
      ...(replicas === undefined ? {} : { replicas }),
    });
    this.canaryService = rollout.canaryService;
  }

  private mustHaveRoute({ kind, hasRoute }: GatewayChangeProps): void {
    if (kind === 'blueGreen' || hasRoute) return;
    throw new PlatformError(this, {
      what: "is to be changed by 'canary', and has no host that a route leads to",
      why: 'callers inside the cluster use the Service, which knows no weights: nobody would ask the canary',
      fix: "give it a host, or roll out by 'blueGreen'",
    });
  }
}
