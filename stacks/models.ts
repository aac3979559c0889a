import type { Construct } from 'constructs';
import type { Environment } from '../environments';
import type { INodePool } from '../lib/contracts';
import { PlatformError } from '../lib/core';
import { type ModelServer, ModelSimulator, SglangService, VllmService } from '../lib/serving';
import type { Weights } from './weights';

type Model = Environment['models'][string];

/** One model as the file asks for it: vLLM on a pool, or its simulator on CPUs. */
export function modelServer(
  scope: Construct,
  alias: string,
  props: Model,
  pools: ReadonlyMap<string, INodePool>,
  { from, cache, hubToken }: Weights,
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
  const source = (props.weights ?? from) === 's3' ? { weights: cache } : { weights: undefined, hubToken };
  return props.engine === 'sglang'
    ? new SglangService(scope, alias, { ...props, ...source, pool })
    : new VllmService(scope, alias, { ...props, ...source, pool });
}
