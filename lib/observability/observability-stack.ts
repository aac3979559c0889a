import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import { Construct } from 'constructs';
import type { IModelEndpoint, IScrapeTarget } from '../contracts';
import {
  declare,
  type Exporter,
  type MetricsEndpoint,
  namespaceOf,
  PlatformError,
  type PodGroup,
} from '../core';
import { SERVING_DASHBOARD } from './dashboards/serving';
import { SGLANG_DASHBOARD } from './dashboards/sglang';
import { TENSORRTLLM_DASHBOARD } from './dashboards/tensorrtllm';
import { TRITON_DASHBOARD } from './dashboards/triton';
import type { PrometheusStack } from './prometheus-stack';
import { type CanaryLimits, canaryRules } from './rules/canary';
import { DATA } from './rules/data';
import { gatewayRules } from './rules/gateway';
import { GPU } from './rules/gpu';
import { PLATFORM } from './rules/platform';
import { roleRules } from './rules/roles';
import { type RuleGroup, written } from './rules/rule';
import { SERVING } from './rules/serving';
import { SGLANG } from './rules/sglang';
import { TENSORRTLLM } from './rules/tensorrtllm';
import { TRITON } from './rules/triton';

export interface ObservabilityStackProps {
  /** What scrapes. */
  readonly prometheus: PrometheusStack;
  /**
   * Where the runbooks are; the name of the alert follows.
   * @default 'https://example.com/runbooks'
   */
  readonly runbooks?: string;
  /**
   * Share of the gateway's requests that may not fail, in percent.
   * @default 99.5
   */
  readonly gatewayAvailability?: number;
}

/** One side of a comparison. */
export interface JudgedModel extends IModelEndpoint, IScrapeTarget {
  readonly pods: PodGroup;
  /** Whether it answers in words. */
  readonly task: string;
}

/** They speak of others, in labels that would otherwise be called `exported_namespace`. */
const SPEAK_OF_OTHERS: readonly Exporter[] = ['cert-manager', 'dcgm', 'external-secrets'];

/** Whose series an endpoint tells: a backend adds its own to those of its server. */
const toldAt = (exporter: Exporter): readonly Exporter[] =>
  exporter === 'tensorrtllm' ? ['triton', exporter] : [exporter];

/** What is shown of each exporter that has a dashboard here. */
const DASHBOARDS: Readonly<Partial<Record<Exporter, { readonly name: string; readonly shows: object }>>> = {
  vllm: { name: 'models', shows: SERVING_DASHBOARD },
  sglang: { name: 'models-sglang', shows: SGLANG_DASHBOARD },
  triton: { name: 'models-triton', shows: TRITON_DASHBOARD },
  tensorrtllm: { name: 'models-tensorrtllm', shows: TENSORRTLLM_DASHBOARD },
};

/** What is collected, what is alerted on and what is shown: the objects that Prometheus and Grafana read. */
export class ObservabilityStack extends Construct {
  private readonly prometheus: PrometheusStack;
  private readonly runbooks: string;
  private readonly groups: readonly RuleGroup[];
  private readonly monitors = new Set<string>();
  private readonly exporters = new Set<Exporter>();

  constructor(scope: Construct, id: string, props: ObservabilityStackProps) {
    super(scope, id);
    this.prometheus = props.prometheus;
    this.runbooks = (props.runbooks ?? 'https://example.com/runbooks').replace(/\/+$/, '');
    const availability = props.gatewayAvailability ?? 99.5;
    this.mustBePossible(availability);
    this.groups = [
      SERVING,
      SGLANG,
      TRITON,
      TENSORRTLLM,
      gatewayRules(availability),
      GPU,
      ...DATA,
      ...PLATFORM,
    ];
    for (const group of this.groups.filter(({ exporter }) => exporter === undefined)) this.alert(group);
  }

  /** Collect the metrics of a target; Prometheus is let in. The first of an exporter brings its alerts and dashboard. */
  public scrape(target: IScrapeTarget | MetricsEndpoint): void {
    for (const endpoint of 'metrics' in target ? target.metrics : [target]) {
      this.monitor(endpoint);
      for (const exporter of endpoint.exporter ? toldAt(endpoint.exporter) : []) this.speakOf(exporter);
    }
  }

  private speakOf(exporter: Exporter): void {
    if (this.exporters.has(exporter)) return;
    this.exporters.add(exporter);
    for (const group of this.groups.filter((each) => each.exporter === exporter)) this.alert(group);
    const shown = DASHBOARDS[exporter];
    if (shown) this.dashboard(shown.name, shown.shows);
  }

  /** Say so when a canary does worse than its model. Both are scraped. */
  public compare(stable: JudgedModel, canary: JudgedModel, limits: CanaryLimits = {}): void {
    const engine = canary.metrics.map(({ exporter }) => exporter).find((name) => name !== undefined);
    if (engine !== 'vllm' && engine !== 'sglang') {
      throw new PlatformError(this, {
        what: `is to compare '${canary.model}', which tells no metrics of an engine`,
        why: 'errors and delays are read from the series of vLLM or SGLang',
        fix: 'watch it where its metrics are',
      });
    }
    const { namespace } = canary.pods;
    const speaks = canary.task === 'generate';
    const object = `PrometheusRule/${namespaceOf(this)}/canary-${stable.model}`;
    declare(this, 'join', { object, scope: 'judged canary', defines: canary.model });
    this.alert(canaryRules({ model: stable.model, canary: canary.model, namespace, engine, speaks }, limits));
  }

  /** Say so when the caches of a model of two roles do not arrive. Of SGLang nobody tells it. */
  public watchRoles({ model, pods, metrics }: JudgedModel): void {
    if (!metrics.some(({ exporter }) => exporter === 'vllm')) return;
    this.alert(roleRules({ model, namespace: pods.namespace }));
  }

  private monitor(endpoint: MetricsEndpoint): void {
    const { name, pods, port, portNumber, alsoAt, path, scheme, token, exporter } = endpoint;
    const ports = { [port]: portNumber, ...alsoAt };
    const { namespace } = pods;
    const honorLabels =
      endpoint.honorLabels ?? (exporter !== undefined && SPEAK_OF_OTHERS.includes(exporter));
    this.mustBeNew(`${namespace}/${name}`);
    this.mustReach(endpoint);
    new ApiObject(this, `Monitor-${namespace}-${name}`, {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      metadata: { name, namespace },
      spec: {
        selector: { matchLabels: { ...pods.labels } },
        podMetricsEndpoints: Object.keys(ports).map((port) => ({
          port,
          path: path ?? '/metrics',
          interval: '30s',
          ...(honorLabels ? { honorLabels } : {}),
          ...(scheme === 'https'
            ? // Certificates inside the cluster are signed by whoever shows them.
              { scheme, tlsConfig: { insecureSkipVerify: true } }
            : {}),
          ...(token
            ? { authorization: { type: 'Bearer', credentials: { name: token.secret, key: token.key } } }
            : {}),
        })),
      },
    });
    for (const port of Object.values(ports)) {
      pods.allowFrom(this.prometheus.prometheus, { port, why: 'metrics' });
    }
    const { series } = endpoint;
    const object = `PodMonitor/${namespace}/${name}`;
    for (const told of exporter ? toldAt(exporter) : []) {
      declare(this, 'metrics', { object, exporter: told, ...(series ? { series } : {}) });
    }
  }

  private alert({ name, rules }: RuleGroup): void {
    new ApiObject(this, `Rules-${name}`, {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name, namespace: namespaceOf(this) },
      spec: { groups: [{ name, rules: rules.map((rule) => written(rule, this.runbooks)) }] },
    });
  }

  private dashboard(name: string, dashboard: object): void {
    new k8s.KubeConfigMap(this, `Dashboard-${name}`, {
      metadata: {
        name: `dashboard-${name}`,
        namespace: namespaceOf(this),
        labels: { grafana_dashboard: '1' },
        annotations: { grafana_folder: 'Nexus' },
      },
      data: { [`${name}.json`]: JSON.stringify(dashboard, undefined, 1) },
    });
  }

  private mustBeNew(monitor: string): void {
    if (!this.monitors.has(monitor)) {
      this.monitors.add(monitor);
      return;
    }
    throw new PlatformError(this, {
      what: `is to scrape '${monitor}' twice`,
      why: 'both would be one PodMonitor, and the second would overwrite the first',
      fix: 'call scrape(target) once, or give the endpoints of the target different names',
    });
  }

  private mustReach({ name, pods, token }: MetricsEndpoint): void {
    if (!token || token.namespace === pods.namespace) return;
    throw new PlatformError(this, {
      what: `the token of '${name}' is in namespace '${token.namespace}', its pods in '${pods.namespace}'`,
      why: 'a PodMonitor reads secrets of its own namespace only',
      fix: `copy it with a ConnectionSecret into '${pods.namespace}'`,
    });
  }

  private mustBePossible(availability: number): void {
    if (availability > 0 && availability < 100) return;
    throw new PlatformError(this, {
      what: `'gatewayAvailability' is ${availability}`,
      why: 'it is a share in percent, and one of 100 leaves no budget that could burn',
      fix: 'promise less than 100, such as 99.5',
    });
  }
}
