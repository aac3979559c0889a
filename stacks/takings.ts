import type { Environment } from '../environments';
import type { INodePool } from '../lib/contracts';
import { POLICIES } from '../lib/core';

type Model = Environment['models'][string];
/** One whose replicas take GPUs of a pool. */
export type OnGpus = Extract<Model, { readonly pool?: string }> & { readonly pool: string };

/** What replicas that are alike take of a pool. */
export interface Taking {
  readonly pool: string;
  readonly slice?: string;
  /** Of one replica, on all of its nodes. */
  readonly gpus: number;
  /** Replicas at the highest scale. */
  readonly most: number;
}

export const onGpus = (model: Model): model is OnGpus => 'pool' in model && model.pool !== undefined;

/** What a model takes of pools: for each role, where there are two, and else once. */
export function takingsOf(model: Model, tier: Environment['tier']): readonly Taking[] {
  if (!onGpus(model)) return [];
  const { pool, slice } = model;
  const roles = 'disaggregated' in model && model.disaggregated;
  if (roles) {
    return [roles.prefill, roles.decode].map(({ pool: own = pool, gpus = 1, replicas }) => ({
      pool: own,
      gpus,
      most: replicas?.max ?? POLICIES[tier].replicas,
    }));
  }
  const gpus = gpusOf(model) * (('nodes' in model && model.nodes) || 1);
  return [{ pool, slice, gpus, most: model.replicas?.max ?? POLICIES[tier].replicas }];
}

/** GPUs of a replica on one node: for an engine of TensorRT-LLM those that it was compiled for. */
function gpusOf(model: Model): number {
  if (model.engine === 'triton') {
    return Math.max(1, ...Object.values(model.loads).map(({ builtFor }) => builtFor?.gpus ?? 1));
  }
  return 'gpus' in model ? model.gpus : 1;
}

/** Names of the pools that a model takes GPUs of. */
export const poolsOf = (model: Model): readonly string[] => takingsOf(model, 'prod').map(({ pool }) => pool);

/** GPUs that the roles of a model keep of a pool; undefined for one without roles. */
export function ofRoles(model: Model, pool: string, { tier }: Environment): number | undefined {
  if (!('disaggregated' in model && model.disaggregated)) return undefined;
  const here = takingsOf(model, tier).filter((taking) => taking.pool === pool);
  return here.reduce((sum, { gpus, most }) => sum + gpus * most, 0);
}

/** Whether a pool holds all of its models at their most, and one more replica of this kind. */
export function holdsOneMore(
  { pool, slice, gpus }: Pick<Taking, 'pool' | 'slice' | 'gpus'>,
  { limit, devices }: INodePool,
  { models, tier }: Environment,
): boolean {
  const device = devices.find((each) => slice === undefined || each.slice === slice);
  const most = device?.limit ?? limit ?? Number.POSITIVE_INFINITY;
  const taken = Object.values(models)
    .flatMap((model) => takingsOf(model, tier))
    .filter((other) => other.pool === pool && other.slice === slice)
    .reduce((sum, other) => sum + other.gpus * other.most, 0);
  return taken + gpus <= most;
}
