import type { Construct } from 'constructs';
import { canariesOf, type Environment, entryOf, picks } from '../environments';
import type { INodePool } from '../lib/contracts';
import { POLICIES } from '../lib/core';
import {
  ModelServer,
  ModelSimulator,
  OllamaService,
  SglangService,
  TritonService,
  VllmService,
} from '../lib/serving';
import type { Origins } from './origins';
import type { Weights } from './weights';

type Model = Environment['models'][string];
/** One whose replicas take GPUs of a pool. */
type OnGpus = Extract<Model, { readonly pool?: string }> & { readonly pool: string };

/** Whether the endpoint picker chooses among the replicas of a model. */
export const picksOf = ({ tier }: Environment, model: Model): boolean => picks(model, tier);

/** Every model of the file, and their canaries, that its pools can hold. */
export function modelServers(
  scope: Construct,
  environment: Environment,
  pools: ReadonlyMap<string, INodePool>,
  weights: Weights,
  from: Origins,
): readonly (ModelServer | TritonService)[] {
  const { models } = environment;
  const canaries = canariesOf(models);
  const made = new Map<string, ModelServer | TritonService>();
  for (const [alias, model] of Object.entries(models)) {
    // The fault of a pool that could not be made is its own.
    const pool = poolOf(model);
    if (pool !== undefined && !pools.has(pool)) continue;
    const stable = made.get(canaries.get(alias)?.of ?? '');
    const keyOf = stable instanceof ModelServer ? stable : undefined;
    const server = from.try(entryOf(models, alias), () =>
      modelServer(scope, alias, environment, pools, weights, keyOf),
    );
    if (server) made.set(alias, server);
  }
  return [...made.values()];
}

/** One model as the file asks for it, on the engine that it names. */
function modelServer(
  scope: Construct,
  alias: string,
  environment: Environment,
  pools: ReadonlyMap<string, INodePool>,
  { from, cache, hubToken, bucket }: Weights,
  keyOf: ModelServer | undefined,
): ModelServer | TritonService {
  const props = environment.models[alias];
  const kvEvents = tellsOfCache(props);
  if (props.engine === 'simulator') return new ModelSimulator(scope, alias, { ...props, keyOf, kvEvents });
  if (props.engine === 'triton') {
    const pool = props.pool === undefined ? undefined : pools.get(props.pool);
    const surge = onGpus(props) && pool ? holdsOneMore(props, pool, environment) : undefined;
    const server = new TritonService(scope, alias, { ...props, pool, surge, bucket });
    for (const namespace of props.clients) server.allowFromNamespace(namespace);
    return server;
  }
  if (!onGpus(props)) return new OllamaService(scope, alias, { ...props, pool: undefined });
  const pool = pools.get(props.pool);
  if (!pool) throw new Error(`no pool '${props.pool}'`);
  const surge = holdsOneMore(props, pool, environment);
  if (props.engine === 'ollama') return new OllamaService(scope, alias, { ...props, pool, surge });
  const source = (props.weights ?? from) === 's3' ? { weights: cache } : { weights: undefined, hubToken };
  return props.engine === 'sglang'
    ? new SglangService(scope, alias, { ...props, ...source, pool, surge, keyOf })
    : new VllmService(scope, alias, { ...props, ...source, pool, surge, keyOf, kvEvents });
}

/** Whether a picker goes by what its engine tells of its KV cache. */
const tellsOfCache = (model: Model): boolean =>
  'routing' in model && model.routing?.kind === 'picker' && model.routing.prefix === 'precise';

/** Name of the pool that a model takes GPUs of. */
export const poolOf = (model: Model): string | undefined => ('pool' in model ? model.pool : undefined);

const onGpus = (model: Model): model is OnGpus => poolOf(model) !== undefined;

/** GPUs of one replica, on all of its nodes. */
const gpusOf = (model: OnGpus): number =>
  ('gpus' in model ? model.gpus : 1) * (('nodes' in model && model.nodes) || 1);

/** Whether a pool holds all of its models at their most, and one more replica of this one. */
function holdsOneMore(props: OnGpus, { limit, devices }: INodePool, { models, tier }: Environment): boolean {
  const device = devices.find(({ slice }) => props.slice === undefined || slice === props.slice);
  const most = device?.limit ?? limit ?? Number.POSITIVE_INFINITY;
  const taken = Object.values(models)
    .filter(onGpus)
    .filter((other) => other.pool === props.pool && other.slice === props.slice)
    .map((other) => gpusOf(other) * (other.replicas?.max ?? POLICIES[tier].replicas))
    .reduce((sum, gpus) => sum + gpus, 0);
  return taken + gpusOf(props) <= most;
}
