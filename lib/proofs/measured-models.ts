import type { InstanceGpu } from '../catalog';
import { findCard } from '../catalog';
import type { ModelFact, PoolFact } from '../core';
import { visibleGiB } from '../sizing';
import type { ProofInput, Refusal } from './proof';
import { cardOf } from './served-models';
import type { Sharer } from './shared-gpus';

/** A server on GPUs whose models nobody here can size: what it takes is measured, or not known. */
interface Unsized {
  readonly fact: ModelFact;
  readonly object: string;
  readonly origin?: string;
  readonly pool: PoolFact;
  readonly card?: InstanceGpu;
}

/** Those of engines that no arithmetic speaks of. */
export function unsizedModels({ rendered }: ProofInput): readonly Unsized[] {
  const pools = new Map(rendered.facts.of('pool').map((pool) => [pool.name, pool]));
  return rendered.facts.of('model').flatMap((fact) => {
    const pool = fact.pool === undefined ? undefined : pools.get(fact.pool);
    if (fact.start || fact.gpusPerReplica === 0 || !pool) return [];
    const card = cardOf(pool, fact.slice);
    const origin = rendered.facts.originOf(fact);
    return [
      { fact, object: `model/${fact.alias}`, pool, ...(card ? { card } : {}), ...(origin ? { origin } : {}) },
    ];
  });
}

/** Why nobody can promise that it fits: nothing was measured, on another card, or more than there is. */
export function unmeasured({ fact, object, origin, card, pool }: Unsized): Refusal | undefined {
  const { takes, engine, model } = fact;
  const named = card?.name ?? pool.name;
  const from = { object, ...(origin ? { origin } : {}) };
  const measure =
    'run it under load on such a card, read the memory that nvidia-smi shows at its most, and write ' +
    `observed: { gpuGiB: …, on: ${named} }`;
  if (!takes) {
    return {
      ...from,
      what: `nobody knows what ${model} on ${engine} takes of ${named}`,
      why: `${UNKNOWN[engine] ?? 'no arithmetic here speaks of that engine'}: that it fits cannot be promised`,
      fix: measure,
    };
  }
  const on = findCard(takes.on)?.name ?? takes.on;
  if (on !== named) {
    return {
      ...from,
      what: `${model} was measured on ${on}, and runs on ${named} of pool '${pool.name}'`,
      why: 'kernels, and what an engine keeps for them, differ from card to card: it says nothing of this one',
      fix: measure,
    };
  }
  const visible = card ? visibleGiB(card) : 0;
  if (takes.gpuGiB <= visible) return undefined;
  return {
    ...from,
    what: `${model} was measured to take ${takes.gpuGiB} GiB, and ${named} has ${visible.toFixed(1)} GiB`,
    why: 'a number above the memory of the card cannot have been measured on it',
    fix: `${measure}; or name a pool with a larger card`,
  };
}

/** What makes it unknown, by engine. */
const UNKNOWN: Readonly<Record<string, string>> = {
  ollama: 'the catalog has no GGUF, and Ollama computes on CPUs, in silence, what does not fit the card',
  triton: 'nobody can read here what is in the repository, nor how many of its models work at once',
};

/** What it may meet others with, on a GPU that is shared by time. */
export const sharersOf = (all: readonly Unsized[]): readonly Sharer[] =>
  all.flatMap(({ fact, object, origin, pool, card }) =>
    card && fact.takes
      ? [
          {
            fact,
            object,
            pool,
            card,
            utilization: Math.ceil((fact.takes.gpuGiB / visibleGiB(card)) * 1000) / 1000,
            ...(origin ? { origin } : {}),
          },
        ]
      : [],
  );
