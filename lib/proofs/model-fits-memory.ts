import { modelNames } from '../catalog';
import { nearest } from '../core';
import { type Fit, type FitInput, fitFor } from '../sizing';
import type { Proof, Refusal } from './proof';
import { fitInput, type KnownModel, type ServedModel, servedModels, where } from './served-models';

/**
 * Weights, cache and everything else of a model fit the memory of its GPUs. Near the edge that cannot be promised, and
 * what cannot be promised is refused.
 *
 * Fails: Llama-3.3-70B at 16 bits on 4 A10G: 131 GiB of weights, 88 GiB of memory.
 */
export const modelFitsMemory: Proof = {
  name: 'model-fits-memory',
  about: 'The weights, the cache of one request and the work memory of each model fit its GPUs.',
  check(input) {
    const all = servedModels(input);
    if (!all.length) return { findings: [], checked: 0, skipped: 'no model on GPUs of a pool' };
    const findings = all.flatMap((served) => {
      const refusal = served.checkpoint ? judged(served as KnownModel) : unknown(served);
      return refusal ? [{ ...refusal, ...(served.origin ? { origin: served.origin } : {}) }] : [];
    });
    return { findings, checked: all.length };
  },
};

/** Tokens of a step that work memory is small for; vLLM's own default on cards below 70 GiB. */
const SMALL_STEP = 2048;

function unknown({ object, fact }: ServedModel): Refusal {
  const meant = nearest(fact.model, modelNames());
  return {
    object,
    severity: 'warning',
    what: `model '${fact.model}' is not in the catalog, so whether it fits is not judged${meant ? `; did you mean '${meant}'?` : ''}`,
    why: 'its memory follows from its shape, and nobody has told it',
    fix: meant ? `name '${meant}'` : 'measure a start of it before you rely on it',
  };
}

const gib = (value: number) => `${value.toFixed(1)} GiB`;

function judged(served: KnownModel): Refusal | undefined {
  const asked = fitInput(served);
  const result = fitFor(asked);
  // Another proof says why it would not start at all.
  if (result.verdict === 'fit' || result.faults.some(({ certain }) => certain)) return undefined;
  const { object, fact } = served;
  const refused = result.verdict === 'no-fit';
  const own =
    fact.context === undefined ? '; no context is set, and the engine would shorten it in silence' : '';
  return {
    object,
    what: `${fact.model} at ${asked.context} tokens on ${where(served)} ${refused ? 'does not fit' : 'is not proven to fit'}`,
    why: `${refused ? tooMuch(result, asked) : uncertain(result, asked)}${own}`,
    fix: repairs(served, asked, result),
  };
}

/** Each GPU, with all that is uncertain taken at its least. */
function tooMuch({ atBest }: Fit, { utilization }: FitInput): string {
  const { requestedGiB, kvBudgetGiB, kvNeedGiB } = atBest;
  const left =
    kvBudgetGiB <= 0
      ? `weights and the least of work memory take ${gib(requestedGiB - kvBudgetGiB)}`
      : `at the very best ${gib(kvBudgetGiB)} are left for the cache, and one request needs ${gib(kvNeedGiB)}`;
  return `of each GPU of ${gib(requestedGiB / utilization)} the engine takes ${gib(requestedGiB)}; ${left}`;
}

/** Each GPU, with all that is uncertain taken at its most. */
function uncertain({ terms, doubts, faults }: Fit, { checkpoint, maxSequences }: FitInput): string {
  const reasons = [...faults.map(({ what }) => what), ...doubts];
  if (terms.kvBudgetGiB >= terms.kvNeedGiB && reasons.length) return reasons.join('; ');
  const { requestedGiB, weightsGiB, activationGiB, nonTorchGiB, graphsGiB, kvBudgetGiB, kvNeedGiB } = terms;
  const whose = checkpoint.model.state
    ? `one request or the states of ${maxSequences} sequences`
    : 'one request';
  const sum =
    `of ${gib(requestedGiB)} on each GPU, ${gib(weightsGiB)} of weights and up to ` +
    `${gib(activationGiB + nonTorchGiB + graphsGiB)} of work memory leave ` +
    `${gib(Math.max(0, kvBudgetGiB))} for the cache, and ${whose} may need ${gib(kvNeedGiB)}`;
  return [sum, ...reasons].join('; ');
}

/** Changes that make it a proven fit, each alone. */
function repairs({ fact, card }: KnownModel, asked: FitInput, { maxContext, terms }: Fit): string {
  const { spread, context, batchedTokens } = asked;
  const proven = (change: Partial<FitInput>) => fitFor({ ...asked, ...change }).verdict === 'fit';
  const found: string[] = [];
  const smaller = batchedTokens > SMALL_STEP ? { batchedTokens: SMALL_STEP } : {};
  const longest = Math.min(context, fitFor({ ...asked, ...smaller }).maxContext);
  const step = longest > maxContext ? [`batchedTokens to ${SMALL_STEP}`] : [];
  const shorter = longest < context ? [`context to ${longest}`] : [];
  if (longest > 0) found.push([...step, ...shorter].join(' and '));
  const fewer = asked.checkpoint.model.state
    ? [256, 128, 64, 32, 16].find(
        (maxSequences) => maxSequences < asked.maxSequences && proven({ maxSequences }),
      )
    : undefined;
  if (fewer) found.push(`maxSequences to ${fewer}`);
  if (!asked.fp8Cache && proven({ fp8Cache: true })) found.push('kvCacheDtype to fp8');
  const calmer = [0.92, 0.9].find(
    (utilization) => utilization < asked.utilization && proven({ utilization }),
  );
  if (calmer) found.push(`utilization to ${calmer}`);
  const more = [2, 4, 8].find(
    (tensorParallel) =>
      tensorParallel > fact.gpusPerReplica &&
      tensorParallel <= card.count &&
      proven({ spread: { ...spread, tensorParallel } }),
  );
  if (more) found.push(`gpus to ${more}`);
  if (found.length) return `set ${found.join(', or ')}`;
  if (terms.kvBudgetGiB >= terms.kvNeedGiB)
    return 'measure a start with these options, and waive this with its numbers';
  return `see what holds it: nexus fit ${fact.model}${fact.context ? ` --context ${fact.context}` : ''}`;
}
