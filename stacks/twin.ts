import type { Environment } from '../environments';
import { picksOf } from './models';

type Model = Environment['models'][string];
type Simulator = Extract<Model, { readonly engine: 'simulator' }>;

/**
 * The environment as it runs where there are no GPUs: each model is its simulator under the same name, for the same
 * routes, keys, adapters and scalers, and no GPU is bought.
 */
export function twinOf(environment: Environment): Environment {
  const entries = Object.entries(environment.models).map(
    ([alias, model]) => [alias, simulator(model, picksOf(environment, model))] as const,
  );
  const pools = Object.entries(environment.pools).filter(([, pool]) => !('gpu' in pool));
  return { ...environment, models: Object.fromEntries(entries), pools: Object.fromEntries(pools) };
}

function simulator(model: Model, picked: boolean): Simulator {
  if (model.engine === 'simulator') return model;
  const { model: name, context, replicas, drainSeconds, maxSequences, autoscale, apiKey } = model;
  const adapters = 'adapters' in model ? model.adapters : undefined;
  const routing = model.routing ?? (picked ? { kind: 'picker' } : undefined);
  const said = { context, replicas, drainSeconds, maxSequences, apiKey, adapters, routing };
  return {
    engine: 'simulator',
    model: name,
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
    // Nothing tells of GPUs that are not there: it follows its queue.
    ...(autoscale
      ? { autoscale: autoscale.on === 'gpu' ? { schedule: autoscale.schedule } : autoscale }
      : {}),
  } as Simulator;
}
