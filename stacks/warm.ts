import type { Environment } from '../environments';
import { NodeBuffer, WarmNodes } from '../lib/compute';
import type { INodePool } from '../lib/contracts';
import type { Layer, Phase } from '../lib/core';
import type { ModelServer } from '../lib/serving';
import type { Origins } from './origins';
import { poolsOf } from './takings';

/**
 * Nodes that the pools keep started, with the images of the models that run there. They stand in a layer of the last
 * phase: on a full pool they wait, and nothing must wait for them.
 */
export function warmNodes(
  from: Origins,
  layer: (id: string, phase: Phase, namespace?: string) => Layer,
  { pools, models }: Environment,
  byPool: ReadonlyMap<string, INodePool>,
  servers: readonly Pick<ModelServer, 'model' | 'image'>[],
): void {
  const kept = (by: 'warm' | 'buffer') =>
    Object.entries(pools).flatMap(([name, props]) => {
      const pool = byPool.get(name);
      const nodes = 'gpu' in props ? props[by] : undefined;
      return nodes && pool ? [{ name, pool, nodes }] : [];
    });
  const warm = kept('warm');
  const buffers = kept('buffer');
  if (warm.length + buffers.length === 0) return;
  const home = layer('warm', 'apps', 'serving');
  for (const { name, pool, nodes } of buffers) {
    from.try(`pools.${name}.buffer`, () => new NodeBuffer(home, `${name}-buffer`, { pool, nodes }));
  }
  for (const { name, pool, nodes } of warm) {
    const there = servers.filter(({ model }) => poolsOf(models[model]).includes(name));
    const images = [...new Set(there.map(({ image }) => image))];
    from.try(
      `pools.${name}.warm`,
      () =>
        new WarmNodes(home, `${name}-warm`, {
          pool,
          nodes,
          images: Object.fromEntries(images.map((image, i) => [`engine-${i + 1}`, image])),
        }),
    );
  }
}
