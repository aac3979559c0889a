import { POLICIES } from '../../lib/core/policy';
import { canaryName } from '../canaries';
import { type Checking, type Draft, entriesOf } from './draft';
import { picks } from './routing';

/** Keys of a canary that say how it is used, not what it is. */
const OF_USE = ['weight', 'mirror', 'sticky', 'replicas', 'worse', 'automatic', 'stepMinutes'];

/** A canary differs from its model, holds its share, and is the only one of its name. */
export function checkCanaries({ models, gateway, tier }: Draft, { fault }: Checking): void {
  const taken = [
    ...Object.keys(models ?? {}),
    ...Object.keys(gateway?.providers ?? {}),
    ...Object.keys(gateway?.splits ?? {}),
    ...entriesOf(models).flatMap(([, model]) =>
      'adapters' in model ? Object.keys(model.adapters ?? {}) : [],
    ),
  ];
  for (const [name, model] of entriesOf(models)) {
    const path = `models.${name}.canary`;
    if (!('canary' in model && model.canary)) continue;
    const { canary } = model;
    if (taken.includes(canaryName(name))) {
      fault(path, `would be called '${canaryName(name)}', which is taken here; rename that one`);
    }
    const differs = Object.keys(canary).some((key) => !OF_USE.includes(key));
    if (!differs) fault(path, `is the same as '${name}' itself; say what differs, such as image or model`);
    const { weight = 0, replicas, mirror, sticky, automatic, stepMinutes } = canary;
    if (sticky && picks(model, tier)) {
      const why = `a picker chooses for '${name}', and proxies draw each request by itself`;
      fault(`${path}.sticky`, `${why}; give the model routing: { kind: service }, or delete it`);
    }
    if (mirror) checkMirror(path, model, canary, fault);
    if (automatic && !picks(model, tier)) {
      const why = `the requests of '${name}' are shared out by LiteLLM, which reads weights only when it starts`;
      fault(
        `${path}.automatic`,
        `${why}; give the model routing: { kind: picker }, or change the weight here`,
      );
    }
    if (automatic === 'step' && model.engine === 'sglang') {
      const why = 'SGLang tells no errors: a canary that fails fast would look well at every step';
      fault(`${path}.automatic`, `${why}; write abort`);
    }
    if (stepMinutes !== undefined && automatic !== 'step') {
      fault(`${path}.stepMinutes`, 'is read by automatic: step alone; write that, or delete it');
    }
    if (replicas?.min && replicas.max && replicas.min > replicas.max) {
      fault(`${path}.replicas.min`, `${replicas.min} is above max, ${replicas.max}`);
    }
    const all = model.replicas ? model.replicas.max : tier && POLICIES[tier].replicas;
    const needed = Math.ceil(((all ?? 0) * weight) / 100);
    if (replicas?.max && replicas.max < needed) {
      const share = `${weight} % of what up to ${all} replicas answer takes ${needed}, and it has at most ${replicas.max}`;
      fault(`${path}.replicas.max`, `${share}; raise it before the weight`);
    }
    const split = entriesOf(gateway?.splits).find(([, shares]) => Object.hasOwn(shares, name));
    if (split) {
      const why = `'${name}' has a share of the split '${split[0]}', whose requests its canary would not get`;
      fault(path, `${why}; write it as a model, and give it a share there`);
    }
  }
}

type Model = NonNullable<NonNullable<Draft['models']>[string]>;

/** Copies are LiteLLM's, which makes them of chat requests, and go to a server that has no requests of its own. */
function checkMirror(
  path: string,
  model: Model,
  { weight = 0, automatic }: { readonly weight?: number; readonly automatic?: string },
  fault: Checking['fault'],
): void {
  if ('task' in model && model.task && model.task !== 'generate') {
    fault(`${path}.mirror`, `the gateway copies chat requests, and '${model.task}' has none; delete it`);
  }
  if (weight > 0) {
    const why = `it would answer ${weight} % of the requests and read copies of the others`;
    fault(`${path}.mirror`, `${why}, so that neither says how it does alone; set weight to 0, or delete it`);
  }
  if (automatic) {
    fault(`${path}.automatic`, 'has no weight to change while it is a mirror; delete one of the two');
  }
}
