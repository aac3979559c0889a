import { type Environment, entryOf } from '../environments';
import type { Layer, Phase } from '../lib/core';
import { type ModelServer, SmokeTest } from '../lib/serving';
import type { Origins } from './origins';

/** Each model is asked once it is up, and before the layers of the last phase bring whoever sends requests. */
export function smokeTests(
  from: Origins,
  layer: (id: string, phase: Phase, namespace?: string, ...after: Layer[]) => Layer,
  { models }: Environment,
  serving: Layer,
  servers: readonly ModelServer[],
): void {
  const silent = (model: Environment['models'][string]) => 'smoke' in model && model.smoke === false;
  const asked = servers.filter(({ model }) => !silent(models[model]));
  if (!asked.length) return;
  const home = layer('smoke', 'serving', 'serving', serving);
  for (const server of asked) {
    from.try(entryOf(models, server.model), () => new SmokeTest(home, `${server.model}-smoke`, { server }));
  }
}
