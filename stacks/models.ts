import type { Construct } from 'constructs';
import { type Environment, picks } from '../environments';
import type { INodePool } from '../lib/contracts';
import { PlatformError } from '../lib/core';
import { type ModelServer, ModelSimulator, VllmService } from '../lib/serving';

type Model = Environment['models'][string];

/** Whether the endpoint picker chooses among the replicas of a model. */
export const picksOf = ({ tier }: Environment, model: Model): boolean => picks(model, tier);

/** One model as the file asks for it: vLLM on a pool, or its simulator on CPUs. */
export function modelServer(
  scope: Construct,
  alias: string,
  props: Model,
  pools: ReadonlyMap<string, INodePool>,
): ModelServer {
  if (props.engine === 'simulator') {
    return new ModelSimulator(scope, alias, props);
  }
  const pool = pools.get(props.pool);
  if (!pool) {
    throw new PlatformError(scope, {
      what: `model '${alias}' is to run on pool '${props.pool}', which could not be made`,
      why: 'the pool has a fault of its own',
      fix: `repair pool '${props.pool}' first`,
    });
  }
  return new VllmService(scope, alias, { ...props, pool });
}
