import type { DeclaredPodsProps } from './declared-pods';
import { SYSTEM_NODES } from './system-nodes';

/** Where the add-ons' controllers run. */
export const ON_SYSTEM_NODES = {
  nodeSelector: SYSTEM_NODES.labels,
  tolerations: [{ key: SYSTEM_NODES.taint.key, operator: 'Exists' }],
};

/** What the plan makes the add-ons ask for, where they let it. */
export const ADDON_SIZES = {
  coredns: { cpu: '100m', memory: '170Mi' },
  ebsController: { cpu: '10m', memory: '256Mi' },
  ebsNode: { cpu: '10m', memory: '256Mi' },
  metricsServer: { cpu: '100m', memory: '200Mi' },
} as const;

type AddonPods = Omit<DeclaredPodsProps, 'by' | 'maker' | 'namespace' | 'policy'>;

const CRITICAL = { spec: { priorityClassName: 'system-cluster-critical' } };
const ON_EACH_NODE = {
  replicas: 'node',
  security: 'privileged',
  tolerations: [{ operator: 'Exists' }],
  spec: { priorityClassName: 'system-node-critical' },
} as const;
const SIDECAR = { cpu: '10m', memory: '40Mi' };

/** Pods of the EKS add-ons: they fill the nodes that Karpenter itself must fit on, and take a part of every other. */
export const ADDON_PODS: readonly AddonPods[] = [
  {
    name: 'coredns',
    labels: { 'k8s-app': 'kube-dns' },
    replicas: 2,
    containers: [{ name: 'coredns', ...ADDON_SIZES.coredns, ports: { dns: 53, metrics: 9153 } }],
    security: 'baseline',
    ...ON_SYSTEM_NODES,
    ...CRITICAL,
  },
  {
    name: 'ebs-csi-controller',
    labels: { app: 'ebs-csi-controller', 'app.kubernetes.io/name': 'aws-ebs-csi-driver' },
    replicas: 2,
    containers: [
      { name: 'ebs-plugin', ...ADDON_SIZES.ebsController },
      ...['csi-provisioner', 'csi-attacher', 'csi-resizer'].map((name) => ({ name, ...SIDECAR })),
      { name: 'liveness-probe', cpu: '10m', memory: '32Mi' },
    ],
    security: 'baseline',
    ...ON_SYSTEM_NODES,
    ...CRITICAL,
  },
  {
    name: 'metrics-server',
    labels: { 'app.kubernetes.io/name': 'metrics-server' },
    replicas: 2,
    containers: [{ name: 'metrics-server', ...ADDON_SIZES.metricsServer, ports: { https: 10250 } }],
    ...ON_SYSTEM_NODES,
    ...CRITICAL,
  },
  {
    name: 'ebs-csi-node',
    labels: { app: 'ebs-csi-node', 'app.kubernetes.io/name': 'aws-ebs-csi-driver' },
    containers: [
      { name: 'ebs-plugin', ...ADDON_SIZES.ebsNode },
      { name: 'node-driver-registrar', cpu: '10m', memory: '32Mi' },
      { name: 'liveness-probe', cpu: '10m', memory: '32Mi' },
    ],
    ...ON_EACH_NODE,
  },
  {
    name: 'aws-node',
    labels: { 'k8s-app': 'aws-node' },
    // Without a request for memory, and nothing that would set one is known to be taken.
    containers: [
      { name: 'aws-node', cpu: '25m', memory: '0' },
      { name: 'aws-eks-nodeagent', cpu: '25m', memory: '0' },
    ],
    ...ON_EACH_NODE,
  },
  {
    name: 'kube-proxy',
    labels: { 'k8s-app': 'kube-proxy' },
    containers: [{ name: 'kube-proxy', cpu: '100m', memory: '0' }],
    ...ON_EACH_NODE,
  },
  {
    name: 'eks-pod-identity-agent',
    labels: { 'app.kubernetes.io/name': 'eks-pod-identity-agent' },
    containers: [{ name: 'eks-pod-identity-agent', cpu: '0', memory: '0' }],
    ...ON_EACH_NODE,
  },
];
