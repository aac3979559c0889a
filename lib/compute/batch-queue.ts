import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { INodePool } from '../contracts';
import { clusterScoped, PlatformError } from '../core';

export interface BatchQueueProps {
  /** GPU pool that the queue's Jobs run on. */
  readonly pool: INodePool;
  /** Namespaces that may use it. */
  readonly namespaces: readonly string[];
  /**
   * What others need of the pool at their lowest scale, by resource, such as `{ 'nvidia.com/gpu': 4 }`.
   * @default - nothing: the queue has the whole pool
   */
  readonly taken?: Readonly<Record<string, number>>;
}

const API = 'kueue.x-k8s.io/v1beta2';

/**
 * A Kueue queue for one pool, called like it: Jobs with the label `kueue.x-k8s.io/queue-name: <pool>` wait until the pool
 * has room for all of their pods. Quotas follow from the pool's limit.
 */
export class BatchQueue extends Construct {
  public readonly name: string;

  constructor(scope: Construct, id: string, props: BatchQueueProps) {
    super(scope, id);
    const { pool, namespaces } = props;
    this.name = pool.name;
    const quotas = this.quotas(props);

    const flavor = new ApiObject(this, 'ResourceFlavor', {
      apiVersion: API,
      kind: 'ResourceFlavor',
      metadata: { name: this.name },
      // Kueue writes both into the pods of what it lets in.
      spec: { nodeLabels: pool.placement.nodeSelector, tolerations: pool.placement.tolerations },
    });
    const queue = new ApiObject(this, 'ClusterQueue', {
      apiVersion: API,
      kind: 'ClusterQueue',
      metadata: { name: this.name },
      spec: {
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] }],
        },
        // A small Job may pass a large one that has no room yet.
        queueingStrategy: 'BestEffortFIFO',
        preemption: { withinClusterQueue: 'LowerPriority' },
        resourceGroups: [
          {
            coveredResources: Object.keys(quotas),
            flavors: [
              {
                name: this.name,
                resources: Object.entries(quotas).map(([name, nominalQuota]) => ({ name, nominalQuota })),
              },
            ],
          },
        ],
      },
    });
    for (const object of [flavor, queue]) clusterScoped(object);
    for (const namespace of namespaces) {
      new ApiObject(this, `LocalQueue-${namespace}`, {
        apiVersion: API,
        kind: 'LocalQueue',
        metadata: { name: this.name, namespace },
        spec: { clusterQueue: this.name },
      });
    }
  }

  /** What the pool's nodes have beyond what others need: devices, with their part of CPU and memory. */
  private quotas({ pool, taken = {} }: BatchQueueProps): Readonly<Record<string, string>> {
    if (pool.devices.length === 0) {
      throw new PlatformError(this, {
        what: `pool '${pool.name}' has no GPUs`,
        why: 'everything without a GPU runs there, and nobody could say what is left for batch work',
        fix: 'name a pool with GPUs',
      });
    }
    const devices: Record<string, string> = {};
    let nodes = 0;
    for (const { resource, perNode, limit } of pool.devices) {
      if (limit === undefined) {
        throw new PlatformError(this, {
          what: `pool '${pool.name}' has no limit`,
          why: 'a queue lets in what its quota has room for, and the quota follows from the limit',
          fix: 'give the pool a limit',
        });
      }
      const others = taken[resource] ?? 0;
      const left = Math.max(0, limit - others);
      if (left === 0) {
        throw new PlatformError(this, {
          what: `pool '${pool.name}' may have ${limit} ${resource}, and its models need ${others} at their lowest scale`,
          why: 'nothing is left for batch work: its Jobs would wait for ever',
          fix: `raise the limit of '${pool.name}', or use another pool`,
        });
      }
      devices[resource] = `${left}`;
      nodes = Math.max(nodes, left / perNode);
    }
    const { cpu, memoryGiB } = pool.room ?? { cpu: 0, memoryGiB: 0 };
    return {
      cpu: `${Math.floor(cpu * nodes)}`,
      memory: `${Math.floor(memoryGiB * nodes)}Gi`,
      ...devices,
    };
  }
}
