import { Construct } from 'constructs';
import {
  charts,
  claim,
  clusterOf,
  DeclaredPods,
  declare,
  type Footprint,
  GeneratedSecret,
  HelmRelease,
  PlatformError,
  type PodGroup,
  policyOf,
  SuppliedSecret,
  type Volume,
  zonesApart,
} from '../core';
import { type AlertRouting, RECEIVERS, receiverFiles, toldBy } from './alert-routing';
import {
  ALERTMANAGER,
  ALERTMANAGER_GIB,
  NODE_EXPORTER_NAMESPACE,
  PROMETHEUS,
  prometheusValues,
  RELEASE,
  SIZES,
} from './prometheus-values';

export interface PrometheusStackProps {
  /**
   * Days that metrics are kept.
   * @default - the environment's policy: 7 in dev, 30 in prod
   */
  readonly retentionDays?: number;
  /**
   * Disk of each Prometheus. The oldest metrics go when 85 % of it are used.
   * @default - 5 for each day
   */
  readonly storageGiB?: number;
  /**
   * CPU request of each Prometheus.
   * @default '500m'
   */
  readonly cpu?: string;
  /**
   * Memory of each Prometheus.
   * @default 4
   */
  readonly memoryGiB?: number;
  /**
   * Equal copies of Prometheus, each of which scrapes everything.
   * @default - the environment's policy: 1 in dev, 2 in prod
   */
  readonly replicas?: number;
  /**
   * Alertmanagers, which agree on what was sent.
   * @default - the environment's policy: 1 in dev, 3 in prod
   */
  readonly alertmanagers?: number;
  /**
   * Who is told of alerts.
   * @default - nobody: alerts are seen by whoever looks at Grafana
   */
  readonly alerts?: AlertRouting;
}

const WEB = 9090;
const RELOADER = 8080;
const ALERTS = 9093;
const MESH = 9094;
const LEAST_GIB = 2;
const KINDS = [
  ...['Alertmanager', 'AlertmanagerConfig', 'PodMonitor', 'Probe', 'Prometheus', 'PrometheusAgent'],
  ...['PrometheusRule', 'ScrapeConfig', 'ServiceMonitor', 'ThanosRuler'],
];

/**
 * Prometheus, Alertmanager and Grafana with their operator. Nothing of it is public: `kubectl port-forward` reaches
 * Grafana. Its namespace may be "restricted"; the exporter of the nodes needs a "privileged" one, `node-exporter`, of its
 * own. It wants cert-manager and External Secrets before it.
 *
 * The chart's own monitors stay on: it brings their kinds itself, in its `crds/` folder.
 */
export class PrometheusStack extends Construct {
  /** Where queries go. */
  public readonly url: string;
  /** Port of its API: whoever queries is let in there. */
  public readonly port = WEB;
  public readonly prometheus: PodGroup;
  public readonly alertmanager: PodGroup;
  public readonly grafana: PodGroup;
  private readonly release: HelmRelease;

  constructor(scope: Construct, id: string, props: PrometheusStackProps = {}) {
    super(scope, id);
    const policy = policyOf(this);
    const retentionDays = props.retentionDays ?? policy.retentionDays;
    const storageGiB = props.storageGiB ?? 5 * retentionDays;
    this.mustHold(storageGiB);
    const replicas = props.replicas ?? policy.replicas;
    const alertmanagers = props.alertmanagers ?? policy.members;
    const size = { cpu: props.cpu ?? '500m', memory: `${props.memoryGiB ?? 4}Gi` };
    const { environment, storageClass } = clusterOf(this);
    const alerts = props.alerts ?? {};
    this.mustTellSomebody(props.alerts);
    const admin = new GeneratedSecret(this, 'Admin', {
      name: 'grafana-admin',
      generate: { 'admin-password': {} },
      literals: { 'admin-user': 'admin' },
    });

    this.release = new HelmRelease(this, 'Release', {
      ...charts.kubePrometheusStack,
      name: RELEASE,
      values: prometheusValues({
        environment,
        storageClass,
        retentionDays,
        storageGiB,
        ...size,
        replicas,
        alertmanagers,
        spread: (labels) => zonesApart(this, labels),
        alerts,
        grafanaAdmin: admin.name,
      }),
      provides: KINDS.map((kind) => `monitoring.coreos.com/${kind}`),
      // The certificate of its webhook.
      requires: ['cert-manager.io/Certificate', 'cert-manager.io/Issuer'],
      creates: made(admin.namespace),
      footprint: FOOTPRINT,
    });
    const { namespace } = this.release;
    this.url = `http://${RELEASE}-prometheus.${namespace}.svc:${WEB}`;
    const by = `release/${namespace}/${RELEASE}`;
    const reloader = { name: 'config-reloader', ...SIZES.reloader, ports: { 'reloader-web': RELOADER } };
    const files = receiverFiles(alerts);
    for (const { name, key, secret, why } of files) {
      new SuppliedSecret(this, name, { name, keys: [key], path: secret, why });
    }
    const mounted = files.map(({ name }) => ({ name: `secret-${name}`, secret: { secretName: name } }));
    const members = (
      name: string,
      labels: typeof PROMETHEUS,
      count: number,
      storage: number,
      more: readonly Volume[] = [],
    ) => ({
      name,
      by,
      maker: 'operator' as const,
      namespace,
      labels,
      replicas: count,
      serviceAccount: `${RELEASE}-${name}`,
      spec: {
        volumes: [claim(this, `${name}-db`, storage), ...more],
        topologySpreadConstraints: zonesApart(this, labels),
      },
    });
    const prometheus = new DeclaredPods(this, 'Prometheus', {
      ...members('prometheus', PROMETHEUS, replicas, storageGiB),
      containers: [{ name: 'prometheus', ...size, ports: { 'http-web': WEB } }, reloader],
    });
    const alertmanager = new DeclaredPods(this, 'Alertmanager', {
      ...members('alertmanager', ALERTMANAGER, alertmanagers, ALERTMANAGER_GIB, mounted),
      containers: [
        { name: 'alertmanager', ...SIZES.alertmanager, ports: { 'http-web': ALERTS, 'mesh-tcp': MESH } },
        reloader,
      ],
    });
    new DeclaredPods(this, 'NodeExporter', { ...NODE_EXPORTER, by });

    this.prometheus = prometheus.pods;
    this.alertmanager = alertmanager.pods;
    this.grafana = this.release.pods('grafana').pods;
    this.connect();
    if (files.length) this.alertmanager.reach('internet', { why: 'tells of alerts' });
    declare(this, 'alerting', { ...toldBy(alerts), deadMansSwitch: alerts.deadMansSwitch !== undefined });
  }

  private connect(): void {
    const { prometheus, alertmanager, grafana } = this;
    const operator = this.release.pods('operator').pods;
    const state = this.release.pods('kube-state-metrics').pods;

    operator.allowFromControlPlane(10250, 'checks rules before they are stored');
    operator.reach('apiServer', { why: 'watches monitors and rules' });
    state.reach('apiServer', { why: 'reads the state of everything' });
    grafana.reach('apiServer', { why: 'its sidecars collect dashboards' });
    prometheus.reach('apiServer', { why: 'finds targets, and scrapes the API server' });
    prometheus.reach('nodes', { port: 10250, why: 'metrics of the kubelet and of containers' });
    prometheus.reach('nodes', { port: 9100, why: 'metrics of the nodes' });

    for (const port of [WEB, RELOADER]) prometheus.allowFrom(prometheus, { port, why: 'its own metrics' });
    for (const port of [ALERTS, RELOADER])
      alertmanager.allowFrom(prometheus, { port, why: 'alerts, metrics' });
    operator.allowFrom(prometheus, { port: 10250, why: 'metrics' });
    state.allowFrom(prometheus, { port: 8080, why: 'metrics' });
    grafana.allowFrom(prometheus, { port: 3000, why: 'metrics' });
    for (const protocol of ['TCP', 'UDP'] as const) {
      alertmanager.allowFrom(alertmanager, { port: MESH, protocol, why: 'agree on what was sent' });
    }
    prometheus.allowFrom(grafana, { port: WEB, why: 'queries of dashboards' });
    alertmanager.allowFrom(grafana, { port: ALERTS, why: 'shows alerts and silences' });
  }

  private mustTellSomebody(alerts: AlertRouting | undefined): void {
    if (!alerts) return;
    const given = RECEIVERS.filter((name) => alerts[name]);
    if (!given.length) {
      throw new PlatformError(this, {
        what: "'alerts' names no receiver",
        why: 'alerts would end in Alertmanager, and the file reads as if somebody were told',
        fix: `name one of ${RECEIVERS.join(', ')}, or leave 'alerts' out`,
      });
    }
    for (const severity of ['critical', 'warning'] as const) {
      const missing = alerts[severity]?.find((name) => !given.includes(name));
      if (!missing) continue;
      throw new PlatformError(this, {
        what: `'alerts.${severity}' names '${missing}', which is not among the receivers`,
        why: 'nobody there is told',
        fix: `give '${missing}' its secret, or name one of ${given.join(', ')}`,
      });
    }
  }

  private mustHold(storageGiB: number): void {
    if (storageGiB >= LEAST_GIB) return;
    throw new PlatformError(this, {
      what: `'storageGiB' is ${storageGiB}`,
      why: 'below 2 GiB nothing is left for metrics beside the write-ahead log',
      fix: `set storageGiB to ${LEAST_GIB} or more`,
    });
  }
}

const labelled = (name: string) => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/instance': RELEASE,
});
const LINUX = { 'kubernetes.io/os': 'linux' };

const FOOTPRINT: Readonly<Record<string, Footprint>> = {
  operator: {
    labels: { app: `${RELEASE}-operator`, ...labelled(`${RELEASE}-prometheus-operator`) },
    replicas: 1,
    serviceAccount: `${RELEASE}-operator`,
    containers: [{ name: RELEASE, ...SIZES.operator, ports: { https: 10250 } }],
  },
  grafana: {
    labels: labelled('grafana'),
    replicas: 1,
    serviceAccount: `${RELEASE}-grafana`,
    containers: [
      { name: 'grafana-sc-dashboard', ...SIZES.sidecar },
      { name: 'grafana-sc-datasources', ...SIZES.sidecar },
      { name: 'grafana', ...SIZES.grafana, ports: { grafana: 3000 } },
    ],
  },
  'kube-state-metrics': {
    labels: labelled('kube-state-metrics'),
    replicas: 1,
    serviceAccount: `${RELEASE}-kube-state-metrics`,
    containers: [
      { name: 'kube-state-metrics', ...SIZES.kubeStateMetrics, ports: { http: 8080, metrics: 8081 } },
    ],
  },
};

/** What others refer to. */
const made = (namespace: string) => [
  { id: `Service/${namespace}/${RELEASE}-prometheus`, ports: [WEB, RELOADER], selects: PROMETHEUS },
  { id: `Service/${namespace}/${RELEASE}-alertmanager`, ports: [ALERTS, RELOADER], selects: ALERTMANAGER },
  { id: `Service/${namespace}/${RELEASE}-grafana`, ports: [80], selects: labelled('grafana') },
  { id: `ServiceAccount/${namespace}/${RELEASE}-prometheus` },
  { id: `ServiceAccount/${namespace}/${RELEASE}-alertmanager` },
];

const NODE_EXPORTER = {
  name: 'node-exporter',
  namespace: NODE_EXPORTER_NAMESPACE,
  maker: 'chart',
  labels: labelled('prometheus-node-exporter'),
  replicas: 'node',
  serviceAccount: `${RELEASE}-prometheus-node-exporter`,
  tolerations: [{ operator: 'Exists' }],
  nodeSelector: LINUX,
  security: 'privileged',
  policy: false,
  containers: [{ name: 'node-exporter', ...SIZES.nodeExporter, ports: { 'http-metrics': 9100 } }],
  spec: {
    hostPID: true,
    priorityClassName: 'system-node-critical',
    volumes: ['proc', 'sys', 'root'].map((name) => ({
      name,
      hostPath: { path: name === 'root' ? '/' : `/${name}` },
    })),
  },
} as const;
