import type { Environment } from '../environments';
import { GpuNodePool, Karpenter, KarpenterCrds, NodePool, SystemNodes } from '../lib/compute';
import type { INodePool } from '../lib/contracts';
import type { Layer } from '../lib/core';
import type { Building } from './doors';
import { poolsOf } from './takings';

/** Karpenter on the system nodes, and the pools that it may fill, by their names; none without AWS. */
export function nodePools(
  { environment, from, layer, observed }: Building,
  cluster: Layer,
): ReadonlyMap<string, INodePool> {
  const { aws } = environment;
  const byPool = new Map<string, INodePool>();
  if (!aws) return byPool;
  const pools = Object.entries(environment.pools);
  const models = Object.entries(environment.models);
  from.of('aws.system', () => new SystemNodes(cluster, 'system-nodes', aws.system));
  const kinds = layer('karpenter-crds', 'nodes');
  new KarpenterCrds(kinds, 'crds');
  const karpenter = layer('karpenter', 'nodes', 'kube-system', kinds);
  const uses = (key: 'devices' | 'static' | 'buffer') => pools.some(([, pool]) => 'gpu' in pool && pool[key]);
  const features = {
    overlays: uses('devices'),
    staticCapacity: uses('static'),
    capacityBuffers: uses('buffer'),
  };
  observed(from.of('aws.system', () => new Karpenter(karpenter, 'karpenter', features)));

  const capacity = layer('capacity', 'capacity');
  for (const [name, props] of pools) {
    // A node that goes waits for the longest answer of the models on it.
    const drainSeconds = Math.max(3600, ...models.map(([, model]) => drainOn(name, model)));
    const pool = from.try(`pools.${name}`, () =>
      'gpu' in props
        ? new GpuNodePool(capacity, name, { ...props, drainSeconds })
        : new NodePool(capacity, name, props),
    );
    if (pool) byPool.set(name, pool);
  }
  return byPool;
}

const drainOn = (pool: string, model: Environment['models'][string]): number =>
  poolsOf(model).includes(pool) ? (model.drainSeconds ?? 0) : 0;
