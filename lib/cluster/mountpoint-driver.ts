import { Construct } from 'constructs';
import { charts, DeclaredPods, HelmRelease, sized, type Toleration } from '../core';

const NAME = 'aws-mountpoint-s3-csi-driver';
/** Where it makes the pods that mount: one for each volume on each node. */
const NAMESPACE = 'mount-s3';
/** Of each container on a node. Their limit is what one of them was given upstream to mount with. */
const SIZE = { cpu: '10m', memory: '40Mi' };
const LIMIT = '256Mi';
const CONTROLLER = { cpu: '50m', memory: '256Mi' };
const EVERYWHERE: readonly Toleration[] = [{ operator: 'Exists' }];
/** On the pods that mount, so that the policy finds them. */
const MOUNTS = { 'app.kubernetes.io/name': 'mountpoint' };

/**
 * The CSI driver of Mountpoint for Amazon S3: buckets as file systems. A release and not the add-on of EKS, which lets
 * nobody say what its controller tolerates: it would wait for the nodes that Karpenter makes later, and the foundation
 * for it. Lives in `kube-system`, beside a restricted namespace called `mount-s3`.
 */
export class MountpointDriver extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const release = new HelmRelease(this, 'Release', {
      name: NAME,
      namespace: 'kube-system',
      ...charts.mountpointDriver,
      values: {
        // Its sidecars take the same.
        node: { tolerateAllTaints: true, resources: { requests: SIZE, limits: { memory: LIMIT } } },
        controller: { resources: sized(CONTROLLER) },
        mountpointPod: { namespace: NAMESPACE, createNamespace: false, podLabels: MOUNTS },
        // Volumes that an older version mounted: there are none.
        supportLegacySystemDMounts: false,
      },
      provides: ['s3.csi.aws.com/MountpointS3PodAttachment'],
      creates: [{ id: 'CSIDriver/s3.csi.aws.com' }],
      footprint: {
        node: {
          labels: { app: 's3-csi-node', 'app.kubernetes.io/name': NAME },
          replicas: 'node',
          containers: ['s3-plugin', 'node-driver-registrar', 'liveness-probe'].map((name) => ({
            name,
            ...SIZE,
          })),
          tolerations: EVERYWHERE,
          security: 'privileged',
          policy: false,
          spec: { priorityClassName: 'system-node-critical' },
        },
        controller: {
          labels: { app: 's3-csi-controller', 'app.kubernetes.io/name': NAME },
          replicas: 1,
          containers: [{ name: 's3-csi-controller', ...CONTROLLER }],
          security: 'baseline',
          policy: false,
          spec: { priorityClassName: 'system-cluster-critical' },
        },
      },
    });
    // Those that mount ask for nothing, or a node that is full could not host them: they come after the pods they serve.
    const mounts = new DeclaredPods(this, 'Mounts', {
      name: 'mounts',
      by: `release/${release.namespace}/${release.name}`,
      maker: 'operator',
      namespace: NAMESPACE,
      labels: MOUNTS,
      replicas: 'node',
      containers: [{ name: 'mountpoint', cpu: '0', memory: '0' }],
      tolerations: EVERYWHERE,
    });
    mounts.pods.reach('podIdentity', { why: 'credentials of the pods that read' });
    mounts.pods.reach('objectStore', { why: 'the buckets of the pods that read' });
  }
}
