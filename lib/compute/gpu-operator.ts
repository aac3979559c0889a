import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import {
  charts,
  type Footprint,
  HelmRelease,
  type Labels,
  type MetricsEndpoint,
  type Size,
  sized,
  type Toleration,
} from '../core';

/** The operands we run, by the part of the label with which the operator starts them on a node. */
const OPERANDS = ['device-plugin', 'gpu-feature-discovery', 'dcgm-exporter', 'operator-validator'] as const;
type Operand = (typeof OPERANDS)[number];

const deployLabel = (operand: Operand): Labels => ({ [`nvidia.com/gpu.deploy.${operand}`]: 'true' });

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
} as const satisfies Record<string, Size>;

/**
 * NVIDIA's GPU Operator without driver and toolkit, which the node image brings: device plugin, feature discovery and
 * DCGM metrics. Its pods are privileged, so it lives in a namespace of its own.
 */
export class GpuOperator extends Construct implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const release = new HelmRelease(this, 'Release', {
      name: 'gpu-operator',
      ...charts.gpuOperator,
      values: {
        driver: { enabled: false },
        toolkit: { enabled: false },
        migManager: { enabled: false },
        operator: { resources: sized(SIZES.operator) },
        daemonsets: { tolerations: [TOLERATE_GPU] },
        devicePlugin: { resources: sized(SIZES.devicePlugin) },
        gfd: { resources: sized(SIZES.gfd) },
        dcgmExporter: { resources: sized(SIZES.dcgmExporter), serviceMonitor: { enabled: false } },
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
        'device-plugin': operand('device-plugin', SIZES.devicePlugin),
        'feature-discovery': operand('gpu-feature-discovery', SIZES.gfd),
        'dcgm-exporter': operand('dcgm-exporter', SIZES.dcgmExporter, { metrics: 9400 }),
        validator: operand('operator-validator', SIZES.validator),
      },
    });

    const talkers = ['operator', 'nfd-master', 'nfd-gc', 'nfd-worker', 'feature-discovery', 'validator'];
    for (const name of talkers) release.pods(name).pods.reach('apiServer', { why: WHY[name] });
    this.metrics = [
      release.pods('operator').metrics('metrics'),
      // Its samples name the pod that uses the card, not the exporter's own.
      release.pods('dcgm-exporter').metrics('metrics', { exporter: 'dcgm', honorLabels: true }),
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
const OPERAND_NAMES: Readonly<Record<Operand, OperandNames>> = {
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
};

/** A DaemonSet that the operator keeps on GPU nodes. */
function operand(name: Operand, size: Size, ports?: Readonly<Record<string, number>>): Footprint {
  const { app, container, account } = OPERAND_NAMES[name];
  return {
    labels: { app },
    replicas: 'node',
    containers: [{ name: container, ...size, ...(ports ? { ports } : {}) }],
    serviceAccount: account,
    nodeSelector: deployLabel(name),
    tolerations: [TOLERATE_GPU],
    security: 'privileged',
    spec: { priorityClassName: 'system-node-critical' },
  };
}
