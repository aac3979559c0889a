import {
  type Checkpoint,
  findCheckpoint,
  findInstance,
  type InstanceGpu,
  namedCard,
  quantizedBy,
  readConfig,
} from '../catalog';
import type { ModelFact, ModelStart, PoolFact } from '../core';
import {
  type Companions,
  type FitInput,
  migMemoryGiB,
  mostMigMemoryGiB,
  type Spread,
  type Started,
  visibleGiB,
} from '../sizing';
import type { ProofInput } from './proof';

/** A model whose engine takes memory of GPUs that are known. */
export interface ServedModel {
  readonly fact: ModelFact;
  readonly start: ModelStart;
  /** What waivers name: `model/chat`. */
  readonly object: string;
  readonly origin?: string;
  readonly pool: PoolFact;
  /** The card of the pool; of several the one with the least memory. A slice is a card of its own. */
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
    const card = pool && cardOf(pool, fact.slice);
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
    mostVisibleGiB: namedCard(card).mostVisibleGiB,
    computeCapability: Number(card.computeCapability),
    context: fact.context ?? checkpoint.model.maxContext,
    ...startedAs(fact, start),
    ...(start.dtype ? { dtype: start.dtype } : {}),
    ...(start.cacheServer ? { cacheServer: true } : {}),
    ...(start.adapters || start.speculative ? { companions: companions(start) } : {}),
    ...(uncounted.length ? { uncounted } : {}),
  };
}

/** How its engine is started, whatever the model. */
export const startedAs = (fact: ModelFact, start: ModelStart): Started => ({
  spread: spreadOf(fact, start),
  utilization: start.utilization,
  batchedTokens: start.batchedTokens,
  maxSequences: start.maxSequences,
  fp8Cache: start.kvCacheDtype?.startsWith('fp8') ?? false,
});

/** What shares neither each layer nor requests shares out the layers. */
function spreadOf({ gpusPerReplica, nodes }: ModelFact, start: ModelStart): Spread {
  const { tensorParallel = gpusPerReplica / (nodes ?? 1), dataParallel = 1 } = start;
  const { expertParallel = false, redundantExperts, evenExperts, denseParallel } = start;
  return {
    tensorParallel,
    pipelineParallel: gpusPerReplica / (tensorParallel * dataParallel),
    dataParallel,
    expertParallel,
    ...(redundantExperts === undefined ? {} : { redundantExperts }),
    ...(evenExperts ? { evenExperts } : {}),
    ...(denseParallel ? { denseParallel } : {}),
    ...(nodes ? { nodes } : {}),
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

/** Where it runs, for messages: `4 L40S of pool 'l40s'`, `2 nodes of 8 H100 of pool 'h100'`. */
export const where = ({ fact, card, pool }: ServedModel): string =>
  `${fact.nodes ? `${fact.nodes} nodes of ` : ''}${fact.gpusPerReplica / (fact.nodes ?? 1)} ${card.name} of pool '${pool.name}'`;

function checkpointOf(model: string, { quantization, config }: ModelStart): Checkpoint | undefined {
  const read = config && readConfig(config, model);
  const found = read && 'checkpoint' in read ? read.checkpoint : findCheckpoint(model);
  return found && quantization ? quantizedBy(found, quantization) : found;
}

/** The card of a pool, or the slice of it that a model runs on. */
export function cardOf({ shapes }: PoolFact, slice: string | undefined): InstanceGpu | undefined {
  const cards = shapes.flatMap(({ instanceType }) => findInstance(instanceType)?.gpu ?? []);
  const [card] = cards.sort((a, b) => visibleGiB(a) - visibleGiB(b));
  const memoryGiB = slice === undefined ? undefined : migMemoryGiB(card?.name ?? '', slice);
  if (slice === undefined || memoryGiB === undefined) return card;
  return {
    ...card,
    name: `${card.name} ${slice}`,
    cudaVisibleMiB: memoryGiB * 1024,
    nvidiaSmiMiB: mostMigMemoryGiB(memoryGiB) * 1024,
  };
}
