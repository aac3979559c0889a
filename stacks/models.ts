import type { Construct } from 'constructs';
import type { Environment } from '../environments';
import type { INodePool } from '../lib/contracts';
import { type ModelServer, ModelSimulator, VllmService } from '../lib/serving';

type Model = Environment['models'][string];

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
  if (!pool) throw new Error(`no pool '${props.pool}'`);
  return new VllmService(scope, alias, { ...props, pool });
}
