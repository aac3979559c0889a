import type { Construct } from 'constructs';
import { canariesOf, type Environment, entryOf, picks } from '../environments';
import type { INodePool } from '../lib/contracts';
import { POLICIES } from '../lib/core';
import { type ModelServer, ModelSimulator, SglangService, VllmService } from '../lib/serving';
import type { Origins } from './origins';
import type { Weights } from './weights';

type Model = Environment['models'][string];
type OnGpus = Exclude<Model, { readonly engine: 'simulator' }>;

/** Whether the endpoint picker chooses among the replicas of a model. */
export const picksOf = ({ tier }: Environment, model: Model): boolean => picks(model, tier);

/** Every model of the file, and their canaries, that its pools can hold. */
export function modelServers(
  scope: Construct,
  environment: Environment,
  pools: ReadonlyMap<string, INodePool>,
  weights: Weights,
  from: Origins,
): readonly ModelServer[] {
  const { models } = environment;
  const canaries = canariesOf(models);
  const made = new Map<string, ModelServer>();
  for (const [alias, model] of Object.entries(models)) {
    // The fault of a pool that could not be made is its own.
    if (model.engine !== 'simulator' && !pools.has(model.pool)) continue;
    const keyOf = made.get(canaries.get(alias)?.of ?? '');
    const server = from.try(entryOf(models, alias), () =>
      modelServer(scope, alias, environment, pools, weights, keyOf),
    );
    if (server) made.set(alias, server);
  }
  return [...made.values()];
}

/** One model as the file asks for it: vLLM on a pool, or its simulator on CPUs. */
function modelServer(
  scope: Construct,
  alias: string,
  environment: Environment,
  pools: ReadonlyMap<string, INodePool>,
  { from, cache, hubToken }: Weights,
  keyOf: ModelServer | undefined,
): ModelServer {
  const props = { ...environment.models[alias], keyOf };
  if (props.engine === 'simulator') return new ModelSimulator(scope, alias, props);
  const pool = pools.get(props.pool);
  if (!pool) throw new Error(`no pool '${props.pool}'`);
  const source = (props.weights ?? from) === 's3' ? { weights: cache } : { weights: undefined, hubToken };
  const surge = holdsOneMore(props, pool, environment);
  return props.engine === 'sglang'
    ? new SglangService(scope, alias, { ...props, ...source, pool, surge })
    : new VllmService(scope, alias, { ...props, ...source, pool, surge });
}

const onGpus = (model: Model): model is OnGpus => model.engine !== 'simulator';

/** Whether a pool holds all of its models at their most, and one more replica of this one. */
function holdsOneMore(props: OnGpus, { limit, devices }: INodePool, { models, tier }: Environment): boolean {
  const device = devices.find(({ slice }) => props.slice === undefined || slice === props.slice);
  const most = device?.limit ?? limit ?? Number.POSITIVE_INFINITY;
  const taken = Object.values(models)
    .filter(onGpus)
    .filter((other) => other.pool === props.pool && other.slice === props.slice)
    .map((other) => other.gpus * (other.replicas?.max ?? POLICIES[tier].replicas))
    .reduce((sum, gpus) => sum + gpus, 0);
  return taken + props.gpus <= most;
}
