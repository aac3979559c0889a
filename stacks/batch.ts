import type { Environment } from '../environments';
import { Kueue, type SecurityLevel } from '../lib/cluster';
import { BATCH_PRIORITIES, BatchPriorities, BatchQueue } from '../lib/compute';
import type { INodePool, IObjectStore } from '../lib/contracts';
import type { Layer, Phase } from '../lib/core';
import { BatchInference, type ModelServer } from '../lib/serving';
import type { Origins } from './origins';
import { ofRoles, poolsOf } from './takings';
import type { Weights } from './weights';

type MakeLayer = (id: string, phase: Phase, namespace?: string) => Layer;

/** Where the platform's own batch work runs. */
const HOME = 'batch';

/** Namespaces whose Jobs wait in queues. */
const queued = ({ batch }: Environment): readonly string[] => (batch ? [HOME, ...batch.namespaces] : []);

/** Namespaces that batch work adds to the platform. */
export function batchNamespaces(environment: Environment): Readonly<Record<string, SecurityLevel>> {
  const names = environment.batch ? ['kueue-system', ...queued(environment)] : [];
  return Object.fromEntries(names.map((name) => [name, 'restricted']));
}

/** The controller of the queues. */
export function batchController(from: Origins, layer: MakeLayer, environment: Environment): void {
  if (!environment.batch) return;
  const home = layer('kueue', 'operators', 'kueue-system');
  from.of('batch', () => new Kueue(home, 'kueue', { namespaces: queued(environment) }));
}

/**
 * A queue for each pool, with what its models leave of it, and the Jobs of the file. In the last phase: Jobs may wait,
 * and nothing for them.
 */
export function batchWork(
  from: Origins,
  layer: MakeLayer,
  environment: Environment,
  byPool: ReadonlyMap<string, INodePool>,
  servers: readonly Pick<ModelServer, 'model' | 'replicas' | 'resources'>[],
  buckets: IObjectStore,
  weights: Weights,
): void {
  const { batch, models } = environment;
  if (!batch) return;
  const home = layer('batch', 'apps', HOME);
  new BatchPriorities(home, 'priorities');
  for (const [index, name] of batch.pools.entries()) {
    const pool = byPool.get(name);
    if (!pool) continue;
    const there = servers.filter(({ model }) => poolsOf(models[model]).includes(name));
    const taken: Record<string, number> = {};
    for (const { model, replicas, resources } of there) {
      const { gpus = 0, gpuResource = 'nvidia.com/gpu' } = resources;
      const kept = ofRoles(models[model], name, environment) ?? gpus * replicas.min;
      taken[gpuResource] = (taken[gpuResource] ?? 0) + kept;
    }
    from.try(
      `batch.pools[${index}]`,
      () => new BatchQueue(home, `${name}-queue`, { pool, namespaces: queued(environment), taken }),
    );
  }
  for (const [name, { urgent, pool: poolName, ...props }] of Object.entries(batch.jobs)) {
    const pool = byPool.get(poolName);
    if (!pool) continue;
    const queue = {
      name: poolName,
      priorityClass: urgent ? BATCH_PRIORITIES.urgent : BATCH_PRIORITIES.normal,
    };
    from.try(
      `batch.jobs.${name}`,
      () =>
        new BatchInference(home, name, {
          ...props,
          pool,
          queue,
          bucket: buckets.bucket('batch'),
          weights: weights.from === 'hub' ? undefined : weights.cache,
        }),
    );
  }
}
