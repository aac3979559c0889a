import { didYouMean } from '../../lib/core/nearest';
import { type Checking, type Draft, entriesOf } from './draft';

/** Models against the pools they name. */
export function checkModels(draft: Draft, checking: Checking): void {
  const { fault, written } = checking;
  const inAws = written('aws') && draft.tier !== 'local';
  for (const [name, model] of entriesOf(draft.models)) {
    const path = `models.${name}`;
    const { min, max } = model.replicas ?? {};
    if (min !== undefined && max !== undefined && min > max) {
      fault(`${path}.replicas.min`, `${min} is above max, ${max}`);
    }
    if (model.engine !== 'vllm' && model.engine !== 'sglang') continue;
    const stored = model.weights ?? draft.weights?.from;
    if (stored === 's3' && draft.data?.objects && draft.data.objects.kind !== 's3') {
      const own = model.weights ? `${path}.weights` : 'weights.from';
      fault(own, `'s3', but the environment keeps objects in ${draft.data.objects.kind}; use hub`);
    }
    if (stored === 'hub' && model.engine === 'vllm' && model.load) {
      fault(`${path}.load`, "is not read with weights from the hub, only with weights 's3'");
    }
    checkPool(path, model, { draft, inAws, checking });
    // Where the canary says nothing of its own, what is wrong is wrong with the model.
    const { canary } = model;
    if (canary?.pool || canary?.gpus) {
      const { engine, pool, gpus } = { ...model, ...canary };
      checkPool(`${path}.canary`, { engine, pool, gpus }, { draft, inAws, checking });
    }
  }
}

/** A server on GPUs and the pool that it names. */
function checkPool(
  path: string,
  model: { readonly engine?: 'vllm' | 'sglang'; readonly pool?: string; readonly gpus?: number },
  { draft, inAws, checking }: { readonly draft: Draft; readonly inAws: boolean; readonly checking: Checking },
): void {
  const { fault, written } = checking;
  const pools = draft.pools ?? {};
  if (!inAws) {
    if (model.pool) {
      fault(`${path}.pool`, "there are no GPU pools in an environment without 'aws'; use engine: simulator");
    }
    return;
  }
  // a pool that is written with a fault is spoken about where it stands
  if (!model.pool || (written('pools') && !draft.pools)) return;
  const pool = Object.hasOwn(pools, model.pool) ? pools[model.pool] : undefined;
  if (!pool) {
    if (!written(`pools.${model.pool}`)) {
      fault(
        `${path}.pool`,
        `'${model.pool}' is not a pool here${didYouMean(model.pool, Object.keys(pools))}`,
      );
    }
    return;
  }
  if ('cpu' in pool) {
    fault(
      `${path}.pool`,
      `'${model.pool}' has no GPUs, and ${model.engine === 'sglang' ? 'SGLang' : 'vLLM'} needs one; name a pool with gpu`,
    );
  } else if ('gpu' in pool && pool.perNode && model.gpus && model.gpus > pool.perNode) {
    // the default of one GPU fits every pool, so the number was written
    fault(`${path}.gpus`, `${model.gpus}, but pool '${model.pool}' has at most ${pool.perNode} per node`);
  }
}
