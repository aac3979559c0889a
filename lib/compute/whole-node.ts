import type { k8s } from 'cdk8s-plus-30';
import type { Construct } from 'constructs';
import type { INodePool } from '../contracts';
import { type Labels, PlatformError, type PodResources } from '../core';

/** All that a replica could ask of a node, whichever its size: such a pod finds room on an empty node only. */
export function wholeNode(asker: Construct, pool: INodePool, nodes: number): PodResources {
  const [device] = pool.devices;
  if (!device) {
    throw new PlatformError(asker, {
      what: `pool '${pool.name}' has no GPUs to keep warm`,
      why: 'nodes without GPUs start within a minute, and other pods keep some of them running',
      fix: 'name a pool with GPUs',
    });
  }
  if (pool.static !== undefined) {
    throw new PlatformError(asker, {
      what: `keeps nodes of pool '${pool.name}' warm, which always has ${pool.static}`,
      why: 'no pod starts a node there: nothing would be kept beyond those, and less be left of them',
      fix: `raise static of '${pool.name}', or delete it`,
    });
  }
  if (pool.limit !== undefined && nodes * pool.gpusPerNode > pool.limit) {
    throw new PlatformError(asker, {
      what: `${nodes} warm nodes have ${nodes * pool.gpusPerNode} GPUs, and pool '${pool.name}' may have ${pool.limit}`,
      why: 'Karpenter launches nothing beyond the limit: some of them would never start',
      fix: `keep ${Math.floor(pool.limit / pool.gpusPerNode)} warm, or raise the limit`,
    });
  }
  return {
    cpu: `${Math.max(1, Math.floor(pool.room?.cpu ?? 1))}`,
    memory: `${Math.max(1, Math.floor(pool.room?.memoryGiB ?? 1))}Gi`,
    // Of a GPU that pods share, its plugin gives nobody more than one part.
    gpus: device.sharedBy ? 1 : device.perNode,
    gpuResource: device.resource,
  };
}

/** No two on one node: of the larger types of a pool one has room for several. */
export const keptApart = (labels: Labels): k8s.Affinity => ({
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { labelSelector: { matchLabels: { ...labels } }, topologyKey: 'kubernetes.io/hostname' },
    ],
  },
});
