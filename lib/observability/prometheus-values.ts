import { type Labels, sized, type TopologySpread } from '../core';
import { type AlertRouting, alertmanagerConfig, receiverFiles } from './alert-routing';

/** Name of the release, and of all that the chart makes of it. */
export const RELEASE = 'kube-prometheus-stack';
/** Where the exporter of the nodes lives: alone, since it mounts the node. */
export const NODE_EXPORTER_NAMESPACE = 'node-exporter';

export const PROMETHEUS: Labels = {
  'app.kubernetes.io/name': 'prometheus',
  'operator.prometheus.io/name': `${RELEASE}-prometheus`,
};
export const ALERTMANAGER: Labels = {
  'app.kubernetes.io/name': 'alertmanager',
  alertmanager: `${RELEASE}-alertmanager`,
};

/** What each container asks for: the values and the declared pods say the same. */
export const SIZES = {
  operator: { cpu: '100m', memory: '256Mi' },
  alertmanager: { cpu: '25m', memory: '128Mi' },
  reloader: { cpu: '10m', memory: '64Mi' },
  grafana: { cpu: '100m', memory: '512Mi' },
  sidecar: { cpu: '20m', memory: '256Mi' },
  kubeStateMetrics: { cpu: '50m', memory: '256Mi' },
  nodeExporter: { cpu: '50m', memory: '64Mi' },
} as const;

export interface PrometheusSettings {
  readonly environment: string;
  readonly storageClass: string;
  readonly retentionDays: number;
  readonly storageGiB: number;
  readonly cpu: string;
  readonly memory: string;
  readonly replicas: number;
  readonly alertmanagers: number;
  /** How a set of pods is spread. */
  readonly spread: (labels: Labels) => readonly TopologySpread[];
  readonly alerts: AlertRouting;
  /** Secret with Grafana's `admin-user` and `admin-password`. */
  readonly grafanaAdmin: string;
}

const off = { enabled: false };

/** Values of the chart. */
export function prometheusValues(settings: PrometheusSettings): Record<string, unknown> {
  return {
    fullnameOverride: RELEASE,
    // EKS runs these where nobody can scrape them, and CoreDNS is no pod group of ours to open.
    kubeControllerManager: off,
    kubeScheduler: off,
    kubeEtcd: off,
    kubeProxy: off,
    coreDns: off,
    defaultRules: {
      rules: {
        etcd: false,
        kubeControllerManager: false,
        kubeProxy: false,
        kubeSchedulerAlerting: false,
        kubeSchedulerRecording: false,
        windows: false,
      },
    },
    prometheusOperator: {
      resources: sized(SIZES.operator),
      prometheusConfigReloader: { resources: sized(SIZES.reloader) },
      // The chart's other way is a pair of hook Jobs that no network policy of ours could follow.
      admissionWebhooks: { certManager: { enabled: true } },
    },
    prometheus: prometheus(settings),
    alertmanager: alertmanager(settings),
    grafana: grafana(settings.grafanaAdmin),
    'kube-state-metrics': { resources: sized(SIZES.kubeStateMetrics) },
    'prometheus-node-exporter': {
      namespaceOverride: NODE_EXPORTER_NAMESPACE,
      resources: sized(SIZES.nodeExporter),
      tolerations: [{ operator: 'Exists' }],
      priorityClassName: 'system-node-critical',
    },
  };
}

function prometheus(settings: PrometheusSettings) {
  const { replicas, cpu, memory, retentionDays, storageGiB } = settings;
  const topologySpreadConstraints = settings.spread(PROMETHEUS);
  return {
    podDisruptionBudget: { enabled: replicas > 1 },
    prometheusSpec: {
      replicas,
      resources: sized({ cpu, memory }),
      retention: `${retentionDays}d`,
      // The write-ahead log and compaction need the rest; a full disk stops it.
      retentionSize: `${Math.floor(storageGiB * 0.85)}GB`,
      storageSpec: claimOf(settings.storageClass, storageGiB),
      externalLabels: { environment: settings.environment },
      // Whatever exists is meant: without these only objects labelled with the release are read.
      serviceMonitorSelectorNilUsesHelmValues: false,
      podMonitorSelectorNilUsesHelmValues: false,
      probeSelectorNilUsesHelmValues: false,
      ruleSelectorNilUsesHelmValues: false,
      scrapeConfigSelectorNilUsesHelmValues: false,
      ...(topologySpreadConstraints.length ? { topologySpreadConstraints } : {}),
    },
  };
}

function alertmanager({ alertmanagers, storageClass, spread, alerts }: PrometheusSettings) {
  const secrets = receiverFiles(alerts).map(({ name }) => name);
  const topologySpreadConstraints = spread(ALERTMANAGER);
  return {
    podDisruptionBudget: { enabled: alertmanagers > 1 },
    config: alertmanagerConfig(alerts),
    alertmanagerSpec: {
      replicas: alertmanagers,
      resources: sized(SIZES.alertmanager),
      storage: claimOf(storageClass, ALERTMANAGER_GIB),
      ...(secrets.length ? { secrets } : {}),
      // By default a route only sees alerts of its own namespace; ours are about the whole platform.
      alertmanagerConfigMatcherStrategy: { type: 'OnNamespaceExceptForAlertmanagerNamespace' },
      ...(topologySpreadConstraints.length ? { topologySpreadConstraints } : {}),
    },
  };
}

/** Silences and what was sent. */
export const ALERTMANAGER_GIB = 2;

function grafana(admin: string) {
  return {
    resources: sized(SIZES.grafana),
    admin: { existingSecret: admin, userKey: 'admin-user', passwordKey: 'admin-password' },
    sidecar: {
      resources: sized(SIZES.sidecar),
      dashboards: {
        label: 'grafana_dashboard',
        labelValue: '1',
        searchNamespace: 'ALL',
        folderAnnotation: 'grafana_folder',
        provider: { foldersFromFilesStructure: true },
        resource: 'configmap',
      },
      datasources: { resource: 'configmap' },
    },
    // It has no way to the internet, and need not look for one.
    'grafana.ini': {
      analytics: { check_for_updates: false, check_for_plugin_updates: false, reporting_enabled: false },
      plugins: { preinstall_disabled: true },
    },
    testFramework: off,
  };
}

function claimOf(storageClassName: string, storageGiB: number) {
  return {
    volumeClaimTemplate: {
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName,
        resources: { requests: { storage: `${storageGiB}Gi` } },
      },
    },
  };
}
