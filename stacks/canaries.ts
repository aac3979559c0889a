import { canariesOf, type Environment } from '../environments';
import type { IModelEndpoint } from '../lib/contracts';
import type { ObservabilityStack } from '../lib/observability';
import type { ModelServer } from '../lib/serving';

/** A name that clients ask for, and who answers some or all of its requests. */
export interface Served {
  readonly alias: string;
  readonly to: IModelEndpoint;
  /** Percent of the requests; absent where it gets all. */
  readonly weight?: number;
  /** Headers that its requests carry. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The sides of a model without a picker: its gateway shares the requests. Who gets none is left out. */
export function sharesOf(
  alias: string,
  stable: IModelEndpoint,
  canary: { readonly to: IModelEndpoint; readonly weight: number } | undefined,
): readonly Served[] {
  if (!canary || canary.weight === 0) return [{ alias, to: stable }];
  if (canary.weight === 100) return [{ alias, to: canary.to }];
  return [
    { alias, to: stable, weight: 100 - canary.weight },
    { alias, to: canary.to, weight: canary.weight },
  ];
}

/** An alert for each canary that does worse than its model. */
export function compareCanaries(
  { models }: Environment,
  servers: readonly ModelServer[],
  watch: ObservabilityStack,
): void {
  const byName = new Map(servers.map((server) => [server.model, server]));
  for (const [name, { of, worse }] of canariesOf(models)) {
    const [stable, canary] = [byName.get(of), byName.get(name)];
    if (stable && canary) watch.compare(stable, canary, worse);
  }
}
