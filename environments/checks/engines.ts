import { type Checking, type Draft, entriesOf } from './draft';

type Model = NonNullable<NonNullable<Draft['models']>[string]>;
type Of<E extends string> = Extract<Model, { readonly engine?: E }>;

/** What an engine cannot do, whatever the model. */
export function checkEngines(draft: Draft, { fault }: Checking): void {
  const { models, tier } = draft;
  for (const [name, model] of entriesOf(models)) {
    const path = `models.${name}`;
    if (model.engine === 'triton') checkTriton(model, path, draft, fault);
    if (model.engine !== 'ollama' && model.engine !== 'triton') continue;
    if (model.observed && !model.pool) {
      fault(`${path}.observed`, "is not read without 'pool': on CPUs it takes no GPU");
    }
    if (model.slice && !model.pool) fault(`${path}.slice`, "is not read without 'pool'");
    if (model.engine === 'ollama') checkOllama(model, path, tier, fault);
  }
}

function checkOllama(
  { replicas }: Of<'ollama'>,
  path: string,
  tier: Draft['tier'],
  fault: Checking['fault'],
): void {
  if (tier === 'prod') {
    fault(
      `${path}.engine`,
      "'ollama' is not for tier prod: each start pulls from the internet, a stop cuts off running answers, " +
        'and it has no metrics; use vllm or sglang',
    );
  }
  mustBeFixed(replicas, path, 'Ollama has no metrics that tell it', fault);
}

function checkTriton(
  { autoscale, loads, pool }: Of<'triton'>,
  path: string,
  { data }: Draft,
  fault: Checking['fault'],
): void {
  if (autoscale?.on === 'gpu' && !pool) {
    fault(`${path}.autoscale.on`, "'gpu', and without 'pool' it holds none; follow queue");
  }
  if (data?.objects && data.objects.kind !== 's3') {
    const kept = `the environment keeps objects in ${data.objects.kind}`;
    fault(`${path}.engine`, `'triton' reads its repository from S3, and ${kept}; use objects: { kind: s3 }`);
  }
  if (loads && !Object.keys(loads).length) fault(`${path}.loads`, 'names no model; name what to load');
  for (const [model, load] of entriesOf(loads)) {
    const key = (['maxBatch', 'delayMs'] as const).find((each) => load[each] !== undefined);
    if (!key || (load.backend && load.backend !== 'tensorrtllm')) continue;
    fault(
      `${path}.loads.${model}.${key}`,
      load.backend
        ? "is not read with backend 'tensorrtllm': its engine decides; say it to trtllm-build (--max_batch_size)"
        : "is not read without 'backend': the config.pbtxt of the repository decides; write it there",
    );
  }
}

function mustBeFixed(
  { min, max }: { readonly min?: number; readonly max?: number } = {},
  path: string,
  why: string,
  fault: Checking['fault'],
): void {
  if (min === undefined || max === undefined || max <= min) return;
  fault(`${path}.replicas`, `from ${min} to ${max} by load, and ${why}; set both to one number`);
}
