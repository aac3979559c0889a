import { Construct } from 'constructs';
import { findInstance } from '../catalog';
import { clusterOf, declare, PlatformError, SYSTEM_NODES } from '../core';
import { nodeShape } from './node-shape';

export interface SystemNodesProps {
  /**
   * Instance type of the managed nodes.
   * @default 'm7g.large'
   */
  readonly instanceType?: string;
  /** @default 3 */
  readonly count?: number;
}

/** The managed nodes that AWS makes: no object of ours, but pods are placed on them, so they are stated. */
export class SystemNodes extends Construct {
  constructor(scope: Construct, id: string, props: SystemNodesProps = {}) {
    super(scope, id);
    const { instanceType = SYSTEM_NODES.instanceType, count = SYSTEM_NODES.count } = props;
    const type = findInstance(instanceType);
    if (!type) {
      throw new PlatformError(this, {
        what: `'instanceType' is '${instanceType}', which the catalog does not know`,
        why: 'nobody could tell whether Karpenter and the add-ons fit on it',
        fix: `choose a known type, such as ${SYSTEM_NODES.instanceType}`,
      });
    }
    const zones = clusterOf(this).aws?.zones ?? [];
    declare(this, 'pool', {
      name: 'system',
      labels: SYSTEM_NODES.labels,
      choices: {
        'topology.kubernetes.io/zone': zones,
        'node.kubernetes.io/instance-type': [instanceType],
        'kubernetes.io/arch': [type.arch],
        'kubernetes.io/os': ['linux'],
      },
      taints: [SYSTEM_NODES.taint],
      arch: type.arch,
      capacities: ['on-demand'],
      zones,
      shapes: [nodeShape(type, { volumeGiB: SYSTEM_NODES.volumeGiB }, {})],
      limits: { cpu: type.vcpu * count },
      consolidation: 'WhenEmpty',
    });
  }
}
