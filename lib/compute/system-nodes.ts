import { Construct } from 'constructs';
import { findInstance } from '../catalog';
import { ADDON_PODS, clusterOf, DeclaredPods, declare, PlatformError, SYSTEM_NODES } from '../core';
import { nodeShape } from './node-shape';

/** Where the add-ons live. */
const NAMESPACE = 'kube-system';

export interface SystemNodesProps {
  /**
   * Instance type of the managed nodes.
   * @default 'm7g.large'
   */
  readonly instanceType?: string;
  /** @default 3 */
  readonly count?: number;
}

/** The managed nodes that AWS makes, with the add-ons that run there: no object of ours, but they take room. */
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
      limits: { nodes: count },
      consolidation: 'WhenEmpty',
    });
    const by = (name: string) => `addon/${NAMESPACE}/${name}`;
    declare(this, 'provides', {
      objects: [...ADDON_PODS.map(({ name }) => ({ id: by(name) })), { id: 'CSIDriver/ebs.csi.aws.com' }],
    });
    for (const pods of ADDON_PODS) {
      const place = { by: by(pods.name), maker: 'chart', namespace: NAMESPACE } as const;
      // Nobody writes policies for them: they are there before us, and not ours to close.
      new DeclaredPods(this, pods.name, { ...pods, ...place, policy: false });
    }
  }
}
