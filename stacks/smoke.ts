import { type Environment, entryOf } from '../environments';
import type { Layer, Phase } from '../lib/core';
import { DisaggregatedService, type ModelServer, type PickedModel, SmokeTest } from '../lib/serving';
import type { Origins } from './origins';

/**
 * Each model is asked once it is up, and before the layers of the last phase bring whoever sends requests. Those of two
 * roles are asked by their gateway, as soon as there is one: call what is returned with the models it picks for.
 */
export function smokeTests(
  from: Origins,
  layer: (id: string, phase: Phase, namespace?: string, ...after: Layer[]) => Layer,
  { models }: Environment,
  serving: Layer,
  servers: readonly ModelServer[],
): (picked: ReadonlyMap<string, PickedModel>) => void {
  const silent = (model: Environment['models'][string]) => 'smoke' in model && model.smoke === false;
  const asked = servers.filter(({ model }) => !silent(models[model]));
  if (!asked.length) return () => {};
  const home = layer('smoke', 'serving', 'serving', serving);
  const ask = (server: ModelServer, by?: PickedModel) =>
    from.try(
      entryOf(models, server.model),
      () => new SmokeTest(home, `${server.model}-smoke`, { server, ...(by ? { by } : {}) }),
    );
  const ofRoles = (server: ModelServer) => server instanceof DisaggregatedService;
  for (const server of asked.filter((each) => !ofRoles(each))) ask(server);
  return (picked) => {
    for (const server of asked.filter(ofRoles)) ask(server, picked.get(server.model));
  };
}
