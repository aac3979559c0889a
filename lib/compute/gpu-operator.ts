import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import {
  charts,
  type Footprint,
  type GpuDivision,
  HelmRelease,
  type Labels,
  type MetricsEndpoint,
  type Size,
  sized,
  type Toleration,
} from '../core';
import { DCGM_METRIC_NAMES, DCGM_METRICS } from './dcgm-metrics';
import { migConfig, sharingConfig } from './gpu-division-config';
import type { NodeImage } from './node-image';

/** The operands we run, by the part of the label with which the operator starts them on a node. */
const OPERANDS = ['device-plugin', 'gpu-feature-discovery', 'dcgm-exporter', 'operator-validator'] as const;
type Operand = (typeof OPERANDS)[number];

const deployLabel = (operand: Operand | 'mig-manager'): Labels => ({
  [`nvidia.com/gpu.deploy.${operand}`]: 'true',
});

/**
 * Labels that the operator itself gives to a node once it has seen the GPU. GPU pools announce them, since Karpenter
 * keeps room only for DaemonSets whose selector it can match before the node exists.
 */
export const OPERAND_LABELS: Labels = Object.assign({}, ...OPERANDS.map(deployLabel));

/**
 * Label of every node of a GPU pool. Feature discovery selects by it, not by `nvidia.com/gpu.present`: the operator
 * sets that to false until feature discovery has reported.
 */
export const GPU_NODES: Labels = { 'nexus.dev/nodes': 'gpu' };

const TOLERATE_GPU: Toleration = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };

/** A pool as the operator sees it. */
export interface OperatedPool {
  readonly name: string;
  /** How each GPU is divided; absent where pods get it whole. */
  readonly division?: GpuDivision;
  /** What its nodes start from; Bottlerocket divides GPUs itself. */
  readonly image?: NodeImage;
}

export interface GpuOperatorProps {
  /**
   * Pools whose GPUs it hands out: those that divide them need its help.
   * @default - none that divides its GPUs
   */
  readonly pools?: readonly OperatedPool[];
}

const SIZES = {
  operator: { cpu: '200m', memory: '350Mi' },
  master: { cpu: '100m', memory: '256Mi' },
  worker: { cpu: '10m', memory: '128Mi' },
  gc: { cpu: '10m', memory: '128Mi' },
  devicePlugin: { cpu: '20m', memory: '128Mi' },
  gfd: { cpu: '20m', memory: '128Mi' },
  // DCGM is embedded, and keeps a minute of every field of every card.
  dcgmExporter: { cpu: '100m', memory: '512Mi' },
  validator: { cpu: '20m', memory: '128Mi' },
  migManager: { cpu: '20m', memory: '128Mi' },
} as const satisfies Record<string, Size>;

/**
 * NVIDIA's GPU Operator without driver and toolkit, which the node image brings: device plugin, feature discovery and
 * DCGM metrics. Its pods are privileged, so it lives in a namespace of its own.
 */
export class GpuOperator extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string, props: GpuOperatorProps = {}) {
    super(scope, id);
    const pools = (props.pools ?? []).filter(({ image }) => image !== 'bottlerocket');
    const cut = pools.some(({ division }) => division?.by === 'mig');
    const plugin = sharingConfig(pools);
    const release = new HelmRelease(this, 'Release', {
      name: 'gpu-operator',
      ...charts.gpuOperator,
      values: {
        driver: { enabled: false },
        toolkit: { enabled: false },
        ...(cut ? { mig: { strategy: 'mixed' } } : {}),
        migManager: cut
          ? { enabled: true, resources: sized(SIZES.migManager), config: migConfig(pools) }
          : { enabled: false },
        operator: { resources: sized(SIZES.operator) },
        daemonsets: { tolerations: [TOLERATE_GPU] },
        devicePlugin: { resources: sized(SIZES.devicePlugin), ...(plugin ? { config: plugin } : {}) },
        gfd: { resources: sized(SIZES.gfd) },
        dcgmExporter: {
          resources: sized(SIZES.dcgmExporter),
          serviceMonitor: { enabled: false },
          config: { name: 'dcgm-metrics', create: true, data: DCGM_METRICS },
        },
        validator: { resources: sized(SIZES.validator) },
        'node-feature-discovery': {
          master: { resources: sized(SIZES.master) },
          worker: {
            resources: sized(SIZES.worker),
            nodeSelector: GPU_NODES,
            tolerations: [TOLERATE_GPU],
          },
          gc: { resources: sized(SIZES.gc) },
          // Its hook takes labels off nodes, which no policy lets it do; they go with the nodes.
          postDeleteCleanup: false,
        },
      },
      provides: [
        'nvidia.com/ClusterPolicy',
        'nvidia.com/GPUCluster',
        'nvidia.com/NVIDIADriver',
        'nfd.k8s-sigs.io/NodeFeature',
        'nfd.k8s-sigs.io/NodeFeatureGroup',
        'nfd.k8s-sigs.io/NodeFeatureRule',
        'resource.nvidia.com/ComputeDomain',
        'resource.nvidia.com/ComputeDomainClique',
      ],
      footprint: {
        operator: OPERATOR,
        'nfd-master': discovery('master', 'baseline'),
        'nfd-gc': discovery('gc', 'baseline'),
        'nfd-worker': discovery('worker', 'privileged'),
        'device-plugin': operand('device-plugin', SIZES.devicePlugin, { configured: Boolean(plugin) }),
        'feature-discovery': operand('gpu-feature-discovery', SIZES.gfd, { configured: Boolean(plugin) }),
        'dcgm-exporter': operand('dcgm-exporter', SIZES.dcgmExporter, { ports: { metrics: 9400 } }),
        validator: operand('operator-validator', SIZES.validator),
        ...(cut ? { 'mig-manager': operand('mig-manager', SIZES.migManager) } : {}),
      },
    });

    const talkers = ['operator', 'nfd-master', 'nfd-gc', 'nfd-worker', 'feature-discovery', 'validator'];
    if (cut) talkers.push('mig-manager');
    if (plugin) talkers.push('device-plugin');
    for (const name of talkers) release.pods(name).pods.reach('apiServer', { why: WHY[name] });
    this.metrics = [
      release.pods('operator').metrics('metrics'),
      // Its samples name the pod that uses the card, not the exporter's own.
      release.pods('dcgm-exporter').metrics('metrics', {
        exporter: 'dcgm',
        series: DCGM_METRIC_NAMES,
        honorLabels: true,
      }),
    ];
  }
}

const WHY: Readonly<Record<string, string>> = {
  operator: 'runs the operands and labels nodes; its upgrade hook applies CRDs',
  'nfd-master': 'labels nodes',
  'nfd-gc': 'removes features of gone nodes',
  'nfd-worker': 'reports features of its node',
  'feature-discovery': 'reports the GPUs of its node',
  validator: 'starts a test pod on its node',
  'mig-manager': 'reads how to cut the GPUs of its node, and says what came of it',
  'device-plugin': 'reads from the label of its node how to share GPUs',
};

const OPERATOR: Footprint = {
  // Without `app`, which the chart's hook Jobs do not carry: they need the same way to the API server.
  labels: {
    'app.kubernetes.io/name': 'gpu-operator',
    'app.kubernetes.io/instance': 'gpu-operator',
    'app.kubernetes.io/component': 'gpu-operator',
  },
  replicas: 1,
  containers: [{ name: 'gpu-operator', ...SIZES.operator, ports: { metrics: 8080 } }],
  serviceAccount: 'gpu-operator',
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  security: 'baseline',
  spec: { priorityClassName: 'system-node-critical' },
};

/** A part of Node Feature Discovery. */
function discovery(role: 'master' | 'worker' | 'gc', security: Footprint['security']): Footprint {
  const node = role === 'worker';
  return {
    labels: {
      'app.kubernetes.io/name': 'node-feature-discovery',
      'app.kubernetes.io/instance': 'gpu-operator',
      role,
    },
    replicas: node ? 'node' : 1,
    containers: [{ name: role, ...SIZES[role], ports: { http: 8080 } }],
    serviceAccount: 'node-feature-discovery',
    ...(node ? { nodeSelector: GPU_NODES, tolerations: [TOLERATE_GPU] } : {}),
    security,
    spec: { priorityClassName: 'system-node-critical' },
  };
}

interface OperandNames {
  readonly app: string;
  readonly container: string;
  readonly account: string;
}

/** What the operator calls an operand's pods, container and service account. */
const OPERAND_NAMES: Readonly<Record<Operand | 'mig-manager', OperandNames>> = {
  'device-plugin': {
    app: 'nvidia-device-plugin-daemonset',
    container: 'nvidia-device-plugin',
    account: 'nvidia-device-plugin',
  },
  'gpu-feature-discovery': {
    app: 'gpu-feature-discovery',
    container: 'gpu-feature-discovery',
    account: 'nvidia-gpu-feature-discovery',
  },
  'dcgm-exporter': {
    app: 'nvidia-dcgm-exporter',
    container: 'nvidia-dcgm-exporter',
    account: 'nvidia-dcgm-exporter',
  },
  'operator-validator': {
    app: 'nvidia-operator-validator',
    container: 'nvidia-operator-validator',
    account: 'nvidia-operator-validator',
  },
  'mig-manager': {
    app: 'nvidia-mig-manager',
    container: 'nvidia-mig-manager',
    account: 'nvidia-mig-manager',
  },
};

interface OperandMore {
  readonly ports?: Readonly<Record<string, number>>;
  /** Has a second container that follows the label of its node. */
  readonly configured?: boolean;
}

/** A DaemonSet that the operator keeps on GPU nodes. */
function operand(
  name: Operand | 'mig-manager',
  size: Size,
  { ports, configured = false }: OperandMore = {},
): Footprint {
  const { app, container, account } = OPERAND_NAMES[name];
  return {
    labels: { app },
    replicas: 'node',
    containers: [
      { name: container, ...size, ...(ports ? { ports } : {}) },
      // The operator gives it no resources, and has no value to.
      ...(configured ? [{ name: 'config-manager', cpu: '0', memory: '0' }] : []),
    ],
    serviceAccount: account,
    nodeSelector: deployLabel(name),
    tolerations: [TOLERATE_GPU],
    security: 'privileged',
    spec: { priorityClassName: 'system-node-critical' },
  };
}
