import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import {
  declare,
  images,
  namespaceOf,
  PodGroup,
  type PodTemplate,
  podTemplate,
  type RolloutAnalysis,
  type SecretRef,
  WorkloadIdentity,
} from '../core';

/** From when on new replicas of the gateway are worse than the old ones. */
export interface GatewayLimits {
  /**
   * Share of the requests that end in an error of the server, in percent.
   * @default 1
   */
  readonly errorPercent?: number;
  /**
   * Longest that the gateway itself adds to 99 in 100 requests: the time of the models is not its own.
   * @default 2
   */
  readonly p99Seconds?: number;
  /**
   * Share of the requests that end well, in percent.
   * @default 99
   */
  readonly successPercent?: number;
}

export interface GatewayAnalysisProps {
  /** Name of the gateway: that of its pods and its Service. */
  readonly gateway: string;
  /** URL of the new replicas. */
  readonly url: string;
  /** Names that the new replicas must know; called when the manifest is written. */
  readonly aliases: () => readonly string[];
  readonly masterKey: SecretRef;
  /** URL of the Prometheus that scrapes the gateway. */
  readonly prometheus: string;
  readonly limits: GatewayLimits;
  /** Requests within `minutes`, below which nothing is said of the new replicas. */
  readonly leastRequests: number;
  /** Minutes of a step, or after the switch. */
  readonly minutes: number;
  /** Whether it is judged for so many minutes, and not until somebody says that it is over. */
  readonly ends: boolean;
}

const FOLDER = '/opt/smoke';
/** Labels that tell pods of an analysis from the gateway's. */
const smokeName = (gateway: string): string => `${gateway}-canary-smoke`;
const STARTS_WITHIN = 300;

let program: string | undefined;

/** The program that asks, read when the first analysis is made. */
function smokeProgram(): string {
  program ??= readFileSync(join(__dirname, 'data', 'gateway-smoke.py'), 'utf8');
  return program;
}

/** How Argo Rollouts judges new replicas of LiteLLM: a smoke test, whether there was enough to see, and what was seen. */
export class GatewayAnalysis extends Construct {
  public readonly templates: RolloutAnalysis;
  /** The pods of the smoke test: the gateway lets them in. */
  public readonly smoke: PodGroup;
  private readonly namespace: string;

  constructor(scope: Construct, id: string, props: GatewayAnalysisProps) {
    super(scope, id);
    const { gateway } = props;
    this.namespace = namespaceOf(this);
    this.templates = {
      before: smokeName(gateway),
      during: `${gateway}-canary-is-worse`,
      seen: `${gateway}-canary-is-seen`,
    };
    this.smoke = this.smokeTest(props);
    this.judgement(props);
    if (!props.ends) this.traffic(props);
  }

  private smokeTest(props: GatewayAnalysisProps): PodGroup {
    const name = smokeName(props.gateway);
    const labels = { 'app.kubernetes.io/name': name };
    const identity = new WorkloadIdentity(this, 'Identity', { name });
    const pods = new PodGroup(this, 'Pods', { name, labels });
    identity.usedBy(pods);
    const template = podTemplate(
      this,
      {
        // The image that is there already.
        image: images.litellm,
        command: ['python3'],
        args: [`${FOLDER}/smoke.py`, props.url, `${STARTS_WITHIN}`, `${FOLDER}/names`],
        env: { MASTER_KEY: props.masterKey },
        config: { [FOLDER]: { 'smoke.py': smokeProgram(), names: () => props.aliases().join('\n') } },
        resources: { cpu: '100m', memory: '256Mi' },
      },
      { name, labels, serviceAccount: identity.serviceAccount, spec: { restartPolicy: 'Never' } },
    );
    const spec = k8s.toJson_JobSpec({
      backoffLimit: 1,
      activeDeadlineSeconds: 2 * STARTS_WITHIN,
      template,
    });
    this.template(name, [{ name: 'smoke', provider: { job: { spec } } }]);
    declare(this, 'pods', () => ({
      owner: `AnalysisTemplate/${this.namespace}/${name}#smoke`,
      maker: 'operator',
      namespace: this.namespace,
      replicas: 1,
      maxReplicas: 1,
      job: true,
      template: this.jsonOf(name).spec.metrics[0].provider.job.spec.template,
    }));
    return pods;
  }

  /** Each finds something only where the old replicas do better, by more than chance. */
  private judgement({
    gateway,
    limits,
    minutes,
    ends,
    prometheus,
    leastRequests,
  }: GatewayAnalysisProps): void {
    const { errorPercent = 1, p99Seconds = 2, successPercent = 99 } = limits;
    const sides = sidesOf(gateway, this.namespace);
    // As many in five minutes as the step needs in its own.
    const rate = leastRequests / minutes / 60;
    const metric = (name: string, query: string) => ({
      name,
      interval: '1m',
      initialDelay: '2m',
      ...(ends ? { count: minutes } : {}),
      // Counts of a few minutes jump: three of them are no accident.
      failureLimit: 2,
      // Nothing found: as good as the old ones, or too few requests to say.
      successCondition: 'len(result) == 0',
      failureCondition: 'len(result) > 0',
      provider: { prometheus: { address: prometheus, query } },
    });
    const within = `and sum(rate(${TOTAL}{${sides.canary}}[5m])) >= ${Number(rate.toPrecision(3))}`;
    const worse = (measure: (side: string) => string, past: string, but: string) =>
      `((${measure(sides.canary)}) ${past} unless (${measure(sides.canary)}) ${but} (${measure(sides.stable)})) ${within}`;
    const share = (side: string, which = '') =>
      `(sum(rate(${FAILED}{${side}${which}}[5m])) or vector(0)) / (sum(rate(${TOTAL}{${side}}[5m])) > 0)`;
    this.template(this.templates.during, [
      metric(
        'errors',
        worse((side) => share(side, ',exception_status=~"5.."'), `>= ${part(errorPercent)}`, '<= 1.1 *'),
      ),
      metric(
        'success',
        worse((side) => `1 - ${share(side)}`, `<= ${part(successPercent)}`, '>= 0.999 *'),
      ),
      metric(
        'latency',
        worse(
          (side) => `histogram_quantile(0.99, sum by (le) (rate(${OVERHEAD}{${side}}[5m])))`,
          `>= ${p99Seconds}`,
          '<= 1.1 *',
        ),
      ),
    ]);
  }

  /** Neither success nor failure without requests: the rollout pauses, for somebody to decide. */
  private traffic({ gateway, minutes, prometheus, leastRequests }: GatewayAnalysisProps): void {
    const { canary } = sidesOf(gateway, this.namespace);
    this.template(`${gateway}-canary-is-seen`, [
      {
        name: 'requests',
        count: 1,
        inconclusiveLimit: 0,
        successCondition: `len(result) > 0 && result[0] >= ${leastRequests}`,
        failureCondition: 'false',
        provider: {
          prometheus: { address: prometheus, query: `sum(increase(${TOTAL}{${canary}}[${minutes}m]))` },
        },
      },
    ]);
  }

  private template(name: string, metrics: readonly object[]): void {
    new ApiObject(this, name, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name, namespace: this.namespace },
      spec: { args: [{ name: 'hash' }], metrics },
    });
  }

  private jsonOf(name: string): Smoke {
    return (this.node.findChild(name) as ApiObject).toJson() as Smoke;
  }
}

interface Smoke {
  readonly spec: {
    readonly metrics: readonly {
      readonly provider: { readonly job: { readonly spec: { readonly template: PodTemplate } } };
    }[];
  };
}

const TOTAL = 'litellm_proxy_total_requests_metric_total';
const FAILED = 'litellm_proxy_failed_requests_metric_total';
/** In seconds, whatever its help says. */
const OVERHEAD = 'litellm_overhead_latency_metric_bucket';

/** New pods and old ones, by their names: Argo Rollouts fills the hash in. */
function sidesOf(gateway: string, namespace: string): { readonly canary: string; readonly stable: string } {
  const fresh = `${gateway}-{{args.hash}}-.+`;
  const of = `namespace="${namespace}"`;
  return { canary: `${of},pod=~"${fresh}"`, stable: `${of},pod=~"${gateway}-.+",pod!~"${fresh}"` };
}

/** Fractions such as 0.005 come out of the division with a long tail. */
const part = (percent: number): string => `${Number((percent / 100).toPrecision(6))}`;
