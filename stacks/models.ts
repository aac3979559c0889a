import type { Construct } from 'constructs';
import { canariesOf, type Environment, entryOf, picks } from '../environments';
import type { INodePool } from '../lib/contracts';
import {
  DisaggregatedService,
  ModelServer,
  ModelSimulator,
  OllamaService,
  SglangService,
  TritonService,
  VllmService,
} from '../lib/serving';
import type { Origins } from './origins';
import { holdsOneMore, onGpus, poolsOf, takingsOf } from './takings';
import type { Weights } from './weights';

type Model = Environment['models'][string];

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
    if (poolsOf(model).some((pool) => !pools.has(pool))) continue;
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
  if (props.engine === 'simulator' && props.disaggregated) {
    const { disaggregated, replicas: _, adapters: __, ...rest } = props;
    return new DisaggregatedService(scope, alias, { ...rest, ...disaggregated });
  }
  if (props.engine === 'simulator') return new ModelSimulator(scope, alias, { ...props, keyOf });
  if (props.engine === 'triton') {
    const pool = props.pool === undefined ? undefined : pools.get(props.pool);
    const [taking] = takingsOf(props, environment.tier);
    const surge = taking && pool ? holdsOneMore(taking, pool, environment) : undefined;
    const server = new TritonService(scope, alias, { ...props, pool, surge, bucket });
    for (const namespace of props.clients) server.allowFromNamespace(namespace);
    return server;
  }
  if (!onGpus(props)) return new OllamaService(scope, alias, { ...props, pool: undefined });
  const poolOf = (name: string): INodePool => {
    const pool = pools.get(name);
    if (!pool) throw new Error(`no pool '${name}'`);
    return pool;
  };
  const takes = takingsOf(props, environment.tier).map((taking) => {
    const pool = poolOf(taking.pool);
    return { pool, surge: holdsOneMore(taking, pool, environment) };
  });
  const [{ pool, surge }] = takes;
  if (props.engine === 'ollama') return new OllamaService(scope, alias, { ...props, pool, surge });
  const source = (props.weights ?? from) === 's3' ? { weights: cache } : { weights: undefined, hubToken };
  if (props.disaggregated) {
    const [prefill, decode] = takes;
    const roles = {
      ...props.disaggregated,
      prefill: { ...props.disaggregated.prefill, ...prefill },
      decode: { ...props.disaggregated.decode, ...decode },
    };
    return props.engine === 'sglang'
      ? new DisaggregatedService(scope, alias, { ...props, ...source, ...roles, engine: 'sglang' })
      : new DisaggregatedService(scope, alias, { ...props, ...source, ...roles, engine: 'vllm' });
  }
  return props.engine === 'sglang'
    ? new SglangService(scope, alias, { ...props, ...source, pool, surge, keyOf })
    : new VllmService(scope, alias, { ...props, ...source, pool, surge, keyOf });
}
