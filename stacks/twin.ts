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
  // Batch work queues for GPUs.
  return {
    ...environment,
    models: Object.fromEntries(entries),
    pools: Object.fromEntries(pools),
    batch: undefined,
  };
}

function simulator(model: Model, picked: boolean): Model {
  if (model.engine === 'simulator') return model;
  // It speaks its own protocol, of which there is no simulator, and computes on CPUs as well.
  if (model.engine === 'triton') return { ...model, pool: undefined, slice: undefined, observed: undefined };
  const { model: name, context, replicas, drainSeconds, smoke, maxSequences } = model;
  const apiKey = 'apiKey' in model ? model.apiKey : undefined;
  const adapters = 'adapters' in model ? model.adapters : undefined;
  const autoscale = 'autoscale' in model ? model.autoscale : undefined;
  const routing =
    ('routing' in model ? model.routing : undefined) ?? (picked ? { kind: 'picker' } : undefined);
  const canary = 'canary' in model ? model.canary : undefined;
  const said = { context, replicas, drainSeconds, smoke, maxSequences, apiKey, adapters, routing, canary };
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
