import { type Checkpoint, findCheckpoint, findInstance, type InstanceGpu, quantizedBy } from '../catalog';
import type { ModelFact, ModelStart, PoolFact } from '../core';
import { type Companions, type FitInput, visibleGiB } from '../sizing';
import type { ProofInput } from './proof';

/** A model whose engine takes memory of GPUs that are known. */
export interface ServedModel {
  readonly fact: ModelFact;
  readonly start: ModelStart;
  /** What waivers name: `model/chat`. */
  readonly object: string;
  readonly origin?: string;
  readonly pool: PoolFact;
  /** The card of the pool; of several the one with the least memory. */
  readonly card: InstanceGpu;
  /** Absent for a model that the catalog does not know. */
  readonly checkpoint?: Checkpoint;
}

/** A served model that can be sized. */
export type KnownModel = ServedModel & { readonly checkpoint: Checkpoint };

/** Every model on GPUs of a pool. */
export function servedModels({ rendered }: ProofInput): readonly ServedModel[] {
  const pools = new Map(rendered.facts.of('pool').map((pool) => [pool.name, pool]));
  return rendered.facts.of('model').flatMap((fact) => {
    const pool = fact.pool === undefined ? undefined : pools.get(fact.pool);
    const card = pool && cardOf(pool);
    if (!fact.start || !pool || !card || fact.gpusPerReplica === 0) return [];
    const origin = rendered.facts.originOf(fact);
    const checkpoint = checkpointOf(fact.model, fact.start);
    return [
      {
        fact,
        start: fact.start,
        object: `model/${fact.alias}`,
        pool,
        card,
        ...(origin ? { origin } : {}),
        ...(checkpoint ? { checkpoint } : {}),
      },
    ];
  });
}

/** Those that the catalog knows. */
export const knownModels = (input: ProofInput): readonly KnownModel[] =>
  servedModels(input).filter((served): served is KnownModel => served.checkpoint !== undefined);

/** A model as the arithmetic reads it. */
export function fitInput(served: KnownModel): FitInput {
  const { fact, start, card, checkpoint } = served;
  const uncounted = uncountedOf(start);
  return {
    checkpoint,
    visibleGiB: visibleGiB(card),
    computeCapability: Number(card.computeCapability),
    spread: { tensorParallel: fact.gpusPerReplica, expertParallel: start.expertParallel ?? false },
    context: fact.context ?? checkpoint.model.maxContext,
    utilization: start.utilization,
    batchedTokens: start.batchedTokens,
    maxSequences: start.maxSequences,
    fp8Cache: start.kvCacheDtype?.startsWith('fp8') ?? false,
    ...(start.dtype ? { dtype: start.dtype } : {}),
    ...(start.adapters || start.speculative ? { companions: companions(start) } : {}),
    ...(uncounted.length ? { uncounted } : {}),
  };
}

function companions({ adapters, speculative }: ModelStart): Companions {
  const draft = speculative?.model ? findCheckpoint(speculative.model) : undefined;
  return {
    ...(adapters ? { adapters } : {}),
    ...(speculative ? { guesses: { tokens: speculative.tokens, ...(draft ? { draft } : {}) } } : {}),
  };
}

/** A draft that the catalog does not know is as uncertain as an option that nobody counts. */
function uncountedOf({ uncounted = [], speculative }: ModelStart): readonly string[] {
  const { model } = speculative ?? {};
  return model && !findCheckpoint(model) ? [...uncounted, `draft model '${model}'`] : uncounted;
}

/** Where it runs, for messages: `4 L40S of pool 'l40s'`. */
export const where = ({ fact, card, pool }: ServedModel): string =>
  `${fact.gpusPerReplica} ${card.name} of pool '${pool.name}'`;

function checkpointOf(model: string, { quantization }: ModelStart): Checkpoint | undefined {
  const found = findCheckpoint(model);
  return found && quantization ? quantizedBy(found, quantization) : found;
}

function cardOf({ shapes }: PoolFact): InstanceGpu | undefined {
  const cards = shapes.flatMap(({ instanceType }) => findInstance(instanceType)?.gpu ?? []);
  return cards.sort((a, b) => visibleGiB(a) - visibleGiB(b))[0];
}
