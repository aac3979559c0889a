import type { Environment } from '../environments';
import { picksOf, picksRanks, ranksOf } from './models';

type Model = Environment['models'][string];
type Simulator = Extract<Model, { readonly engine: 'simulator' }>;

/**
 * The environment as it runs where there are no GPUs: each model is its simulator under the same name, for the same
 * routes, keys, adapters and scalers, and no GPU is bought.
 */
export function twinOf(environment: Environment): Environment {
  const entries = Object.entries(environment.models)
    .filter(([, model]) => !compiled(model))
    .map(([alias, model]) => [alias, simulator(model, picksOf(environment, model))] as const);
  const pools = Object.entries(environment.pools).filter(([, pool]) => !('gpu' in pool));
  // Batch work queues for GPUs.
  return {
    ...environment,
    models: Object.fromEntries(entries),
    pools: Object.fromEntries(pools),
    batch: undefined,
  };
}

/** Of an engine for one kind of card nothing stands in elsewhere. */
const compiled = (model: Model): boolean =>
  model.engine === 'triton' && Object.values(model.loads).some(({ builtFor }) => builtFor !== undefined);

/** What a simulator has, too. */
const KEPT = [
  ...['model', 'context', 'maxSequences', 'adapters', 'apiKey'],
  ...['replicas', 'drainSeconds', 'smoke', 'routing', 'canary'],
];

/** Nothing tells of GPUs that are not there: it follows its queue. */
const withoutGpus = <A extends { readonly on?: string; readonly schedule?: unknown }>(autoscale: A): A =>
  autoscale.on === 'gpu' ? ({ schedule: autoscale.schedule } as A) : autoscale;

function simulator(model: Model, picked: boolean): Model {
  if (model.engine === 'simulator') return model;
  // It speaks its own protocol, of which there is no simulator, and computes on CPUs as well.
  if (model.engine === 'triton') {
    const { autoscale } = model;
    return {
      ...model,
      ...(autoscale ? { autoscale: withoutGpus(autoscale) } : {}),
      ...{ pool: undefined, slice: undefined, observed: undefined },
    };
  }
  const kept = Object.entries(model).filter(([key, value]) => KEPT.includes(key) && value !== undefined);
  const autoscale = 'autoscale' in model ? model.autoscale : undefined;
  const roles = 'disaggregated' in model ? simulatedRoles(model) : undefined;
  return {
    engine: 'simulator',
    ...(roles ? { disaggregated: roles } : {}),
    ...(picked ? { routing: { kind: 'picker' } } : {}),
    ...(picksRanks(model) ? { dataParallel: ranksOf(model) } : {}),
    ...Object.fromEntries(kept),
    ...(autoscale ? { autoscale: withoutGpus(autoscale) } : {}),
  } as Simulator;
}

/** Both roles with their numbers, and the prompts that a prefill pod reads: on SGLang each of them. */
function simulatedRoles({
  engine,
  disaggregated,
}: Extract<Model, { readonly engine: 'vllm' | 'sglang' }>): Simulator['disaggregated'] {
  if (!disaggregated) return undefined;
  const { prefill, decode } = disaggregated;
  const from = engine === 'sglang' ? 1 : disaggregated.nonCachedTokens;
  const role = ({ replicas, autoscale }: typeof prefill) => ({
    replicas,
    ...(autoscale ? { autoscale: withoutGpus(autoscale) } : {}),
  });
  return {
    prefill: role(prefill),
    decode: role(decode),
    ...(from === undefined ? {} : { nonCachedTokens: from }),
  };
}
