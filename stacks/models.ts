import type { Construct } from 'constructs';
import type { Environment } from '../environments';
import type { INodePool } from '../lib/contracts';
import { POLICIES } from '../lib/core';
import { type ModelServer, ModelSimulator, VllmService } from '../lib/serving';

type Model = Environment['models'][string];
type OnGpus = Extract<Model, { readonly engine: 'vllm' }>;

/** One model as the file asks for it: vLLM on a pool, or its simulator on CPUs. */
export function modelServer(
  scope: Construct,
  alias: string,
  environment: Environment,
  pools: ReadonlyMap<string, INodePool>,
): ModelServer {
  const props = environment.models[alias];
  if (props.engine === 'simulator') return new ModelSimulator(scope, alias, props);
  const pool = pools.get(props.pool);
  if (!pool) throw new Error(`no pool '${props.pool}'`);
  return new VllmService(scope, alias, { ...props, pool, surge: holdsOneMore(props, pool, environment) });
}

/** Whether a pool holds all of its models at their most, and one more replica of this one. */
function holdsOneMore(props: OnGpus, { limit, devices }: INodePool, { models, tier }: Environment): boolean {
  const device = devices.find(({ slice }) => props.slice === undefined || slice === props.slice);
  const most = device?.limit ?? limit ?? Number.POSITIVE_INFINITY;
  const taken = Object.values(models)
    .filter((other) => other.engine === 'vllm' && other.pool === props.pool && other.slice === props.slice)
    .map((other) => (other as OnGpus).gpus * (other.replicas?.max ?? POLICIES[tier].replicas))
    .reduce((sum, gpus) => sum + gpus, 0);
  return taken + props.gpus <= most;
}
