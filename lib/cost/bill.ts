import type { FoundationPlan } from '../aws';
import type { QuotaKey } from '../catalog';
import type { Rendered } from '../core';
import { type Amount, sum } from './amount';
import { foundationLines, usageLines } from './foundation-lines';
import { type CostLine, SCALES, type Scale, type UsageLine } from './line';
import { type ModelCost, modelCosts } from './model-cost';
import { filledPools } from './nodes';
import { poolLine } from './pool-lines';
import { type QuotaUse, quotaUse } from './quota-use';
import { balancerLines, volumeLines } from './volume-lines';

/** What an environment on AWS costs a month. */
export interface Bill {
  readonly region: string;
  /** Of the prices that count: the oldest and the newest. */
  readonly priced: { readonly from: string; readonly to: string };
  readonly lines: readonly CostLine[];
  /** What costs by use, and is in no total. */
  readonly usage: readonly UsageLine[];
  /** Parts of the lines of pools, and no further cost. */
  readonly models: readonly ModelCost[];
  readonly quotas: readonly QuotaUse[];
  /** Sum of what is known. */
  readonly total: Readonly<Record<Scale, Amount>>;
  /** What has no known price, and is missing in the total. */
  readonly unknown: readonly string[];
  /** Most that a month may cost, where the file says so. */
  readonly budgetUsd?: number;
}

export interface BillInput {
  readonly rendered: Rendered;
  readonly plan: FoundationPlan;
  /** Tokens a second of one busy replica, by alias. */
  readonly tokensPerSecond?: Readonly<Record<string, number>>;
  /** vCPUs granted, by quota. */
  readonly quotas?: Readonly<Partial<Record<QuotaKey, number>>>;
  readonly budgetUsd?: number;
}

/** Everything an environment pays for, line by line. Pure. */
export function billOf({ rendered, plan, tokensPerSecond = {}, quotas = {}, budgetUsd }: BillInput): Bill {
  const { region } = plan;
  const fixed = plan.nodeGroups.map(({ name }) => name);
  const pools = filledPools(rendered, region, fixed);
  const poolLines = pools.map((filled) => poolLine(filled, rendered, region));
  const lines = [
    ...poolLines,
    ...foundationLines(plan),
    ...volumeLines(rendered, region),
    ...balancerLines(rendered, region),
  ];
  const total = Object.fromEntries(
    SCALES.map((scale) => [scale, sum(lines.flatMap(({ usd }) => usd[scale] ?? []))]),
  ) as Record<Scale, Amount>;
  const days = lines.flatMap(({ sources }) => sources.map(({ published }) => published)).sort();
  return {
    region,
    priced: { from: days[0] ?? '', to: days[days.length - 1] ?? '' },
    lines,
    usage: usageLines(plan),
    models: modelCosts(rendered.facts.of('model'), pools, poolLines, tokensPerSecond),
    quotas: quotaUse(pools, plan, quotas),
    total,
    unknown: [...new Set(lines.flatMap(({ unknown }) => unknown))],
    ...(budgetUsd === undefined ? {} : { budgetUsd }),
  };
}
