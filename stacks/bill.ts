import { type Bill, billOf } from '../lib/cost';
import type { Built } from './build';

const bills = new WeakMap<object, Bill>();

/** What a built environment costs a month; undefined outside AWS, and where nothing could be built. */
export function billFor({ rendered, plan, environment }: Pick<Built, 'rendered' | 'plan' | 'environment'>) {
  if (!plan) return undefined;
  const known = bills.get(rendered);
  if (known) return known;
  const speeds = Object.entries(environment.models).flatMap(([alias, model]) =>
    'tokensPerSecond' in model && model.tokensPerSecond ? [[alias, model.tokensPerSecond] as const] : [],
  );
  const bill = billOf({
    rendered,
    plan,
    tokensPerSecond: Object.fromEntries(speeds),
    quotas: environment.aws?.quotas ?? {},
    ...(environment.budgetUsd === undefined ? {} : { budgetUsd: environment.budgetUsd }),
  });
  bills.set(rendered, bill);
  return bill;
}
