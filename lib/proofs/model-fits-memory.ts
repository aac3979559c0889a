import { findCard, gpuCounts, modelNames } from '../catalog';
import { images, nearest, type ObservedStart } from '../core';
import { differs, type Fit, type FitInput, fitFor, type Settlement, settle } from '../sizing';
import { sharersOf, unmeasured, unsizedModels } from './measured-models';
import type { Proof, Refusal } from './proof';
import { fitInput, type KnownModel, type ServedModel, servedModels, startedAs, where } from './served-models';
import { sharing } from './shared-gpus';

/**
 * Weights, cache and everything else of a model fit the memory of its GPUs. Near the edge that cannot be promised, and
 * what cannot be promised is refused; so is an engine that nobody has measured.
 *
 * Fails: Llama-3.3-70B at 16 bits on 4 A10G: 131 GiB of weights, 88 GiB of memory.
 */
export const modelFitsMemory: Proof = {
  name: 'model-fits-memory',
  about: 'The weights, the cache of one request and the work memory of each model fit its GPUs.',
  check(input) {
    const all = servedModels(input);
    const unsized = unsizedModels(input);
    const checked = all.length + unsized.length;
    if (!checked) return { findings: [], checked, skipped: 'no model on GPUs of a pool' };
    const findings = all.flatMap((served) => {
      const refusal = served.checkpoint ? judged(served as KnownModel) : unknown(served);
      return refusal ? [{ ...refusal, ...(served.origin ? { origin: served.origin } : {}) }] : [];
    });
    const sharers = all.map((served) => ({
      ...served,
      utilization: served.start.utilization,
      ...(served.start.cacheServer ? { processes: 2 } : {}),
    }));
    return {
      findings: [
        ...findings,
        ...unsized.flatMap((each) => unmeasured(each) ?? []),
        ...sharing([...sharers, ...sharersOf(unsized)]),
      ],
      checked,
    };
  },
};

/** Tokens of a step that work memory is small for; vLLM's own default on cards below 70 GiB. */
const SMALL_STEP = 2048;

/** Nobody knows its shape: only a start with at least that context shows that it fits. */
function unknown({ object, fact, start, card }: ServedModel): Refusal | undefined {
  const { observed } = start;
  const asked = startedAs(fact, start);
  const other = observed && differs(asked, onCard(observed), { card: card.name, vllm: VLLM });
  const short = observed && !other && (fact.context === undefined || fact.context > (observed.context ?? 0));
  if (observed && !other && !short) return undefined;
  const reason =
    other ?? (short ? `it does not say that it started with a context of ${fact.context ?? 'its own'}` : '');
  const meant = nearest(fact.model, modelNames());
  return {
    object,
    what: `no model '${fact.model}' here${meant ? `; nearest '${meant}'` : ''}; or describe it inline`,
    why:
      'what it takes follows from its shape, and nobody has told it: whether it fits cannot be promised' +
      (reason ? `; the measurement settles nothing here: ${reason}` : ''),
    fix:
      `${meant ? `name '${meant}' if that is meant, or ` : ''}paste its config.json under 'config', ` +
      "or write under 'observed' what a start left for the cache",
  };
}

const gib = (value: number) => `${value.toFixed(1)} GiB`;

function judged(served: KnownModel): Refusal | undefined {
  const asked = fitInput(served);
  const result = fitFor(asked);
  // Another proof says why it would not start at all.
  if (result.faults.some(({ certain }) => certain)) return undefined;
  const { object, fact } = served;
  const settled = measured(served, asked, result);
  if (settled && 'settled' in settled) return undefined;
  if (settled && 'refuted' in settled) {
    return {
      object,
      what: `${fact.model} at ${asked.context} tokens on ${where(served)} was measured not to fit`,
      why: settled.refuted,
      fix: repairs(served, asked, result, true),
    };
  }
  if (result.verdict === 'fit') return undefined;
  const refused = result.verdict === 'no-fit';
  const own =
    fact.context === undefined ? '; no context is set, and the engine would shorten it in silence' : '';
  return {
    object,
    what: `${fact.model} at ${asked.context} tokens on ${where(served)} ${refused ? 'does not fit' : 'is not proven to fit'}`,
    why: `${refused ? tooMuch(result, asked) : uncertain(result, asked)}${own}${strange(settled)}`,
    fix: repairs(served, asked, result),
  };
}

/** Version of the engine that we run. */
const VLLM = /:v?(\d+\.\d+\.\d+)/.exec(images.vllm)?.[1] ?? '';

/** What the measurement of the environment file makes of it; nothing where there is none. */
function measured({ start, card }: KnownModel, asked: FitInput, result: Fit): Settlement | undefined {
  if (!start.observed) return undefined;
  return settle(result, asked, onCard(start.observed), { card: card.name, vllm: VLLM });
}

/** The card by the name that pools use. */
const onCard = (observed: ObservedStart): ObservedStart => ({
  ...observed,
  on: findCard(observed.on)?.name ?? observed.on,
});

const strange = (settled: Settlement | undefined): string =>
  settled && 'strange' in settled ? `; the measurement settles nothing here: ${settled.strange}` : '';

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

const ranksOf = ({ dataParallel = 1, redundantExperts = 0 }: FitInput['spread']): string =>
  (dataParallel > 1 ? `dataParallel: ${dataParallel}, ` : '') +
  (redundantExperts ? `redundantExperts: ${redundantExperts}, ` : '');

/** Changes that make it a proven fit, each alone. */
function repairs(
  { fact, card }: KnownModel,
  asked: FitInput,
  { maxContext, terms }: Fit,
  refuted = false,
): string {
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
  // Slices and shares of GPUs serve alone.
  const whole = fact.slice === undefined && fact.sharedBy === undefined;
  const { dataParallel = 1 } = spread;
  const more = [2, 4, 8].find(
    (tensorParallel) =>
      whole &&
      dataParallel === 1 &&
      tensorParallel > spread.tensorParallel &&
      tensorParallel <= card.count &&
      proven({ spread: { ...spread, tensorParallel } }),
  );
  if (more) found.push(`gpus to ${more}`);
  // Only where no larger node has this card: what nodes exchange is far slower than what GPUs of one do.
  const nodes = [2, 3, 4].find(
    (pipelineParallel) =>
      whole &&
      dataParallel === 1 &&
      gpuCounts(card.name).at(-1) === card.count &&
      pipelineParallel > (spread.pipelineParallel ?? 1) &&
      proven({ spread: { ...spread, tensorParallel: card.count, pipelineParallel } }),
  );
  if (nodes && !found.length) {
    found.push(`${spread.tensorParallel < card.count ? `gpus to ${card.count} and ` : ''}nodes to ${nodes}`);
  }
  // Fewer ranks of more GPUs hold attention less often, and gather fewer tokens at once.
  const fewerRanks = [8, 4, 2].find(
    (ranks) =>
      ranks < dataParallel &&
      dataParallel % ranks === 0 &&
      ranks % (fact.nodes ?? 1) === 0 &&
      proven({
        spread: {
          ...spread,
          dataParallel: ranks,
          tensorParallel: (spread.tensorParallel * dataParallel) / ranks,
        },
      }),
  );
  if (fewerRanks) found.push(`dataParallel to ${fewerRanks}`);
  if (found.length) return `set ${found.join(', or ')}`;
  if (terms.kvBudgetGiB >= terms.kvNeedGiB && !refuted)
    return (
      'measure a start with these options, and write its numbers: ' +
      `observed: { kvGiB: …, on: ${card.name}, gpus: ${fact.gpusPerReplica / (fact.nodes ?? 1)}, ${fact.nodes ? `nodes: ${fact.nodes}, ` : ''}${ranksOf(spread)}vllm: "${VLLM}", context: ${context} }`
    );
  return `see what holds it: nexus fit ${fact.model}${fact.context ? ` --context ${fact.context}` : ''}`;
}
