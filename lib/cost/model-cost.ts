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

/** Each pool's bill, split among its models by the GPUs they hold; what stands empty is shared alike. */
export function modelCosts(
  models: readonly ModelFact[],
  pools: readonly Filled[],
  lines: readonly CostLine[],
  tokensPerSecond: Readonly<Record<string, number>>,
): readonly ModelCost[] {
  return models.flatMap((fact): ModelCost[] => {
    const filled = pools.find(({ pool }) => pool.name === fact.pool);
    const usd = lines.find(({ service, item }) => service === 'EC2 nodes' && item === fact.pool)?.usd;
    const lodger = filled?.lodgers.find(({ pods }) => pods.owner.endsWith(`/${fact.alias}`));
    if (!filled || !usd || !lodger) return [];
    const partOf = (count: (lodger: Lodger) => number) => {
      const all = filled.lodgers.reduce((total, each) => total + held(each, filled) * count(each), 0);
      return all ? (held(lodger, filled) * count(lodger)) / all : 0;
    };
    const idlePart = partOf(({ pods }) => Number(pods.replicas));
    const fullPart = partOf(({ pods }) => pods.maxReplicas);
    const idle = usd.idle && times(usd.idle, idlePart);
    const maximum = usd.maximum && times(usd.maximum, fullPart);
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

/** Part of a node's GPUs that one pod holds. */
function held({ demand }: Lodger, { pool }: Filled): number {
  const parts = Object.entries(demand.devices).map(([name, asked]) => {
    const most = Math.max(0, ...pool.shapes.map(({ devices }) => devices[name] ?? 0));
    return most ? asked / most : 0;
  });
  return Math.max(0, ...parts);
}
