import type { ModelFact } from '../core';
import { type Amount, HOURS, times } from './amount';
import type { ByScale, CostLine } from './line';
import type { Filled, Lodger } from './nodes';

/** A model's part of the pool it runs on. */
export interface ModelCost {
  readonly alias: string;
  readonly model: string;
  readonly pool: string;
  readonly usd: ByScale;
  /** USD for a million tokens of a replica that is never idle; present where the file says how fast it is. */
  readonly usdPerMillionTokens?: Amount;
}

/** What a pool's bill is split by. */
interface Share {
  readonly filled: Filled;
  readonly usd: ByScale;
  /** One kind of pod, or leaders and workers of groups. */
  readonly byAlias: ReadonlyMap<string, readonly Lodger[]>;
  /** GPUs that all pods hold together. */
  readonly idle: number;
  readonly maximum: number;
}

/** Each pool's bill, split among its models by the GPUs they hold; what stands empty is shared alike. */
export function modelCosts(
  models: readonly ModelFact[],
  pools: readonly Filled[],
  lines: readonly CostLine[],
  tokensPerSecond: Readonly<Record<string, number>>,
): readonly ModelCost[] {
  const shares = new Map(pools.map((filled, i) => [filled.pool.name, shareOf(filled, lines[i].usd)]));
  return models.flatMap((fact): ModelCost[] => {
    const share = shares.get(fact.pool ?? '');
    const lodgers = share?.byAlias.get(fact.alias);
    if (!share || !lodgers) return [];
    const { filled, usd } = share;
    const idle =
      usd.idle && share.idle
        ? times(usd.idle, heldBy(lodgers, filled, ({ pods }) => Number(pods.replicas)) / share.idle)
        : undefined;
    const maximum =
      usd.maximum && share.maximum
        ? times(usd.maximum, heldBy(lodgers, filled, ({ pods }) => pods.maxReplicas) / share.maximum)
        : undefined;
    const speed = tokensPerSecond[fact.alias];
    const perToken = speed && maximum && times(maximum, 1e6 / (fact.replicas.max * speed * HOURS * 3600));
    return [
      {
        alias: fact.alias,
        model: fact.model,
        pool: filled.pool.name,
        usd: { ...(idle ? { idle } : {}), ...(maximum ? { maximum } : {}) },
        ...(perToken ? { usdPerMillionTokens: perToken } : {}),
      },
    ];
  });
}

function shareOf(filled: Filled, usd: ByScale): Share {
  const { lodgers } = filled;
  const byAlias = new Map<string, readonly Lodger[]>();
  for (const lodger of lodgers) {
    const alias = lodger.pods.owner.split('/').pop()?.split('#')[0] ?? '';
    byAlias.set(alias, [...(byAlias.get(alias) ?? []), lodger]);
  }
  return {
    filled,
    usd,
    byAlias,
    idle: heldBy(lodgers, filled, ({ pods }) => Number(pods.replicas)),
    maximum: heldBy(lodgers, filled, ({ pods }) => pods.maxReplicas),
  };
}

/** Nodes that pods hold together, in GPUs. */
const heldBy = (lodgers: readonly Lodger[], filled: Filled, count: (lodger: Lodger) => number): number =>
  lodgers.reduce((total, lodger) => total + held(lodger, filled) * count(lodger), 0);

/** Part of a node's GPUs that one pod holds. */
function held({ demand }: Lodger, { pool }: Filled): number {
  const parts = Object.entries(demand.devices).map(([name, asked]) => {
    const most = Math.max(0, ...pool.shapes.map(({ devices }) => devices[name] ?? 0));
    return most ? asked / most : 0;
  });
  return Math.max(0, ...parts);
}
