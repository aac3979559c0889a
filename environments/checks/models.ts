import { didYouMean } from '../../lib/core/nearest';
import { loaderName } from '../engines';
import { rolesOf } from './disaggregated';
import { type Checking, type Draft, entriesOf } from './draft';
import { checkReplicas } from './replicas';
import { checkWeights } from './weights';

/** Models against the pools they name. */
export function checkModels(draft: Draft, checking: Checking): void {
  const { fault, written } = checking;
  const inAws = written('aws') && draft.tier !== 'local';
  for (const [name, model] of entriesOf(draft.models)) {
    const path = `models.${name}`;
    checkReplicas(path, model, fault);
    if (!('pool' in model)) continue;
    // Nothing is loaded, and no GPU is looked for where there are no pools.
    if (draft.simulate && !written('pools')) continue;
    // each group of pods has a Service of its own, called after the model and its number
    const namesake = 'nodes' in model && model.nodes && Object.keys(draft.models ?? {}).find(isGroupOf(name));
    if (namesake) {
      const why = `the groups of '${name}' are called so: '${name}-0', '${name}-1' and on`;
      fault(`models.${namesake}`, `${why}; give one of the two models another name`);
    }
    checkWeights(path, model, draft, fault);
    const roles = rolesOf(model);
    checkPool(path, roles ? { engine: model.engine, pool: model.pool } : model, { draft, inAws, checking });
    // Where a role says nothing of its own, what is wrong is wrong with the model.
    for (const role of ['prefill', 'decode'] as const) {
      const { pool = model.pool, gpus } = { pool: undefined, gpus: undefined, ...roles?.[role] };
      if (!roles || (pool === model.pool && gpus === undefined)) continue;
      const placed = { engine: model.engine, pool, gpus };
      checkPool(`${path}.disaggregated.${role}`, placed, { draft, inAws, checking });
    }
    // Where the canary says nothing of its own, what is wrong is wrong with the model.
    const canary = 'canary' in model ? model.canary : undefined;
    if (canary && ('pool' in canary || 'gpus' in canary)) {
      const { pool = model.pool, gpus = 'gpus' in model ? model.gpus : undefined } = canary;
      checkPool(`${path}.canary`, { engine: model.engine, pool, gpus }, { draft, inAws, checking });
    }
  }
}

type Model = NonNullable<NonNullable<Draft['models']>[string]>;

interface Placed {
  readonly engine?: Model['engine'];
  readonly pool?: string;
  readonly gpus?: number;
}

/** A server and the pool that it names. */
function checkPool(
  path: string,
  model: Placed,
  { draft, inAws, checking }: { readonly draft: Draft; readonly inAws: boolean; readonly checking: Checking },
): void {
  const { fault, written } = checking;
  const pools = draft.pools ?? {};
  const loads = loaderName(model.engine);
  if (!inAws && !draft.simulate) {
    if (model.pool) {
      fault(
        `${path}.pool`,
        `there are no GPU pools in an environment without 'aws'; ${loads ? 'use engine: simulator' : 'delete the line'}`,
      );
    }
    return;
  }
  // a pool that is written with a fault is spoken about where it stands
  if (!model.pool || (written('pools') && !draft.pools)) return;
  const pool = Object.hasOwn(pools, model.pool) ? pools[model.pool] : undefined;
  if (!pool) {
    if (!written(`pools.${model.pool}`)) {
      const names = Object.keys(pools);
      fault(`${path}.pool`, `'${model.pool}' is not a pool here${didYouMean(model.pool, names)}`);
    }
    return;
  }
  if ('cpu' in pool) {
    fault(
      `${path}.pool`,
      loads
        ? `'${model.pool}' has no GPUs, and ${loads} needs one; name a pool with gpu`
        : `'${model.pool}' has no GPUs; name a pool with gpu, or delete the line for CPUs`,
    );
  } else if ('gpu' in pool && pool.perNode && model.gpus && model.gpus > pool.perNode) {
    // the default of one GPU fits every pool, so the number was written
    fault(`${path}.gpus`, `${model.gpus}, but pool '${model.pool}' has at most ${pool.perNode} per node`);
  }
}

const isGroupOf = (model: string) => (name: string) =>
  name.startsWith(`${model}-`) && /^\d+$/.test(name.slice(model.length + 1));
