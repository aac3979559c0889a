import type { Environment } from '../environments';
import { PulledImages } from '../lib/compute';
import type { INodePool } from '../lib/contracts';
import type { Layer } from '../lib/core';
import { ModelServer, type TritonService } from '../lib/serving';
import type { Origins } from './origins';
import { poolsOf } from './takings';

/** Images of the models of a pool on each of its nodes, before the models themselves are delivered. */
export function pulledImages(
  home: Layer,
  { pools, models }: Environment,
  byPool: ReadonlyMap<string, INodePool>,
  servers: readonly (ModelServer | TritonService)[],
  from: Origins,
): void {
  for (const [name, props] of Object.entries(pools)) {
    const pool = byPool.get(name);
    if (!('gpu' in props) || !props.prepull || !pool) continue;
    const there = servers.filter(({ model }) => poolsOf(models[model]).includes(name));
    // The fault of models that could not be made is their own.
    if (!there.length) continue;
    const llms = there.filter((server) => server instanceof ModelServer);
    const numbered = (what: string, images: readonly string[]) =>
      Object.fromEntries([...new Set(images)].map((image, i) => [`${what}-${i + 1}`, image]));
    from.try(
      `pools.${name}.prepull`,
      () =>
        new PulledImages(home, `${name}-images`, {
          pool,
          images: numbered(
            'engine',
            there.map(({ image }) => image),
          ),
          mounted: numbered(
            'weights',
            llms.flatMap(({ mountedImages }) => mountedImages),
          ),
          pullSecrets: [...new Set(llms.flatMap(({ pullSecrets }) => pullSecrets))],
        }),
    );
  }
}
