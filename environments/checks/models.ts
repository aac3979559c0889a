import { didYouMean } from '../../lib/core/nearest';
import { type Checking, type Draft, entriesOf } from './draft';

/** Models against the pools they name. */
export function checkModels(draft: Draft, { fault, written }: Checking): void {
  const inAws = written('aws') && draft.tier !== 'local';
  const pools = draft.pools ?? {};
  const names = Object.keys(pools);
  for (const [name, model] of entriesOf(draft.models)) {
    const path = `models.${name}`;
    const { min, max } = model.replicas ?? {};
    if (min !== undefined && max !== undefined && min > max) {
      fault(`${path}.replicas.min`, `${min} is above max, ${max}`);
    }
    if (!('pool' in model)) continue;
    const loads = model.engine === 'vllm' || model.engine === 'sglang';
    const stored = loads ? (model.weights ?? draft.weights?.from) : undefined;
    if (stored === 's3' && draft.data?.objects && draft.data.objects.kind !== 's3') {
      const own = loads && model.weights ? `${path}.weights` : 'weights.from';
      fault(own, `'s3', but the environment keeps objects in ${draft.data.objects.kind}; use hub`);
    }
    if (stored === 'hub' && model.engine === 'vllm' && model.load) {
      fault(`${path}.load`, "is not read with weights from the hub, only with weights 's3'");
    }
    if (!inAws) {
      if (model.pool) {
        fault(
          `${path}.pool`,
          `there are no GPU pools in an environment without 'aws'; ${loads ? 'use engine: simulator' : 'delete the line'}`,
        );
      }
      continue;
    }
    // a pool that is written with a fault is spoken about where it stands
    if (!model.pool || (written('pools') && !draft.pools)) continue;
    const pool = Object.hasOwn(pools, model.pool) ? pools[model.pool] : undefined;
    if (!pool) {
      if (!written(`pools.${model.pool}`)) {
        fault(`${path}.pool`, `'${model.pool}' is not a pool here${didYouMean(model.pool, names)}`);
      }
      continue;
    }
    if ('cpu' in pool) {
      fault(
        `${path}.pool`,
        loads
          ? `'${model.pool}' has no GPUs, and ${model.engine === 'vllm' ? 'vLLM' : 'SGLang'} needs one; name a pool with gpu`
          : `'${model.pool}' has no GPUs; name a pool with gpu, or delete the line for CPUs`,
      );
    } else if ('gpu' in pool && pool.perNode && loads && model.gpus && model.gpus > pool.perNode) {
      // the default of one GPU fits every pool, so the number was written
      fault(`${path}.gpus`, `${model.gpus}, but pool '${model.pool}' has at most ${pool.perNode} per node`);
    }
  }
}
