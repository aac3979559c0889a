import { Construct } from 'constructs';
import { charts, HelmRelease, sized, type Toleration } from '../core';
import { EFA_NODES } from './efa';

const NAME = 'aws-efa-k8s-device-plugin';
const SIZE = { cpu: '10m', memory: '64Mi' };
const TOLERATE_GPU: Toleration = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' };

/** Offers the EFA interfaces of a node to pods. Runs where pools have `efa`, as root in the host's network. */
export class EfaDevicePlugin extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new HelmRelease(this, 'Release', {
      name: NAME,
      namespace: 'kube-system',
      ...charts.efaDevicePlugin,
      values: { nodeSelector: EFA_NODES, tolerations: [TOLERATE_GPU], resources: sized(SIZE) },
      footprint: {
        plugin: {
          labels: { name: NAME },
          replicas: 'node',
          containers: [{ name: NAME, ...SIZE }],
          nodeSelector: EFA_NODES,
          tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }, TOLERATE_GPU],
          security: 'privileged',
          policy: false,
          spec: { priorityClassName: 'system-node-critical' },
        },
      },
    });
  }
}
