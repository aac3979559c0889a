import type { Construct } from 'constructs';
import { canariesOf, type Environment, entryOf, picks } from '../environments';
import type { INodePool } from '../lib/contracts';
import {
  DisaggregatedService,
  KServeDefaults,
  KServeService,
  ModelServer,
  ModelSimulator,
  OllamaService,
  type ReplicaRange,
  SglangService,
  TritonService,
  VllmService,
} from '../lib/serving';
import type { Origins } from './origins';
import { holdsOneMore, onGpus, poolsOf, takingsOf } from './takings';
import { loadedFrom, sourceOf, type Weights } from './weights';

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
  const cached = new Set(loadedFrom(environment, 'nvme').map(([alias]) => alias));
  const made = new Map<string, ModelServer | TritonService>();
  let common: KServeDefaults | undefined;
  const defaults = () => {
    common ??= new KServeDefaults(scope, 'kserve-defaults');
    return common;
  };
  for (const [alias, model] of Object.entries(models)) {
    // The fault of a pool that could not be made, or cannot hold weights, is its own.
    const there = poolsOf(model);
    if (there.some((pool) => !pools.has(pool))) continue;
    if (cached.has(alias) && there.some((pool) => !weights.nodes.has(pool))) continue;
    const stable = made.get(canaries.get(alias)?.of ?? '');
    const keyOf = stable instanceof ModelServer ? stable : undefined;
    const server = from.try(entryOf(models, alias), () =>
      modelServer(scope, alias, environment, pools, weights, { keyOf, defaults }),
    );
    if (server) made.set(alias, server);
  }
  return [...made.values()];
}

/** What a model shares with others. */
interface Shared {
  readonly keyOf?: ModelServer;
  readonly defaults: () => KServeDefaults;
}

/** One model as the file asks for it, on the engine that it names. */
function modelServer(
  scope: Construct,
  alias: string,
  environment: Environment,
  pools: ReadonlyMap<string, INodePool>,
  weights: Weights,
  { keyOf, defaults }: Shared,
): ModelServer | TritonService {
  const props = environment.models[alias];
  if (props.engine === 'simulator' && props.disaggregated) {
    const { disaggregated, replicas: _, adapters: __, ...rest } = props;
    return new DisaggregatedService(scope, alias, { ...rest, ...disaggregated });
  }
  const kvEvents = tellsOfCache(props);
  if (props.engine === 'simulator') {
    return new ModelSimulator(scope, alias, { ...props, keyOf, kvEvents, rankPorts: ranksOf(props) });
  }
  if (props.engine === 'triton') {
    const pool = props.pool === undefined ? undefined : pools.get(props.pool);
    const [taking] = takingsOf(props, environment.tier);
    const surge = taking && pool ? holdsOneMore(taking, pool, environment) : undefined;
    const server = new TritonService(scope, alias, { ...props, pool, surge, bucket: weights.bucket });
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
  const source = sourceOf(props, weights);
  if (props.engine === 'kserve') {
    return new KServeService(scope, alias, {
      ...props,
      ...source,
      pool,
      keyOf,
      kvEvents,
      defaults: defaults(),
    });
  }
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
    : new VllmService(scope, alias, {
        ...props,
        ...source,
        pool,
        surge,
        keyOf,
        kvEvents,
        rankPorts: picksRanks(props),
      });
}

/** Replicas of a model, or of each of its roles, as far as they are said. */
export function rangesOf(model: Model): readonly ReplicaRange[] {
  const roles = 'disaggregated' in model ? model.disaggregated : undefined;
  const parts = roles ? [roles.prefill, roles.decode] : [model];
  return parts.flatMap(({ replicas }) => replicas ?? []);
}

export const ranksOf = (model: Model): number | undefined =>
  'dataParallel' in model ? model.dataParallel : undefined;

/** Whether a picker chooses among the ranks of a replica. */
export const picksRanks = (model: Model): boolean =>
  ranksOf(model) !== undefined && 'routing' in model && model.routing?.kind === 'picker';

/** Whether a picker goes by what its engine tells of its KV cache. */
const tellsOfCache = (model: Model): boolean =>
  'routing' in model && model.routing?.kind === 'picker' && model.routing.prefix === 'precise';
