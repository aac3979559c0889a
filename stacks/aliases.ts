import type { Environment } from '../environments';
import { PickedModel } from '../lib/serving';
import type { Served } from './canaries';

/** Every name with the further names that the file gives it, and how urgent their requests are. */
export function withAliases({ gateway }: Environment, served: readonly Served[]): readonly Served[] {
  const further = Object.entries(gateway.aliases).flatMap(([alias, { model, priority }]) =>
    served
      .filter((one) => one.alias === model)
      .map((one) => ({ ...one, alias, ...headersOf(one, priority) })),
  );
  return [...served, ...further];
}

const headersOf = ({ to }: Served, priority: string | undefined): Pick<Served, 'headers'> =>
  priority !== undefined && to instanceof PickedModel ? { headers: to.headersOf(priority) } : {};
