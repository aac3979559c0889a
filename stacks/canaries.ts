import { canariesOf, type Environment, entryOf } from '../environments';
import type { IModelEndpoint } from '../lib/contracts';
import type { LiteLlmGateway } from '../lib/gateway';
import type { ObservabilityStack, PrometheusStack } from '../lib/observability';
import { CanaryPilot, type ModelServer } from '../lib/serving';
import type { Building, SharedCanary } from './doors';

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

/** What the gateway does for canaries: copies for shadows, and sessions that stay on their side. */
export function tellOfCanaries(
  { environment: { models }, from }: Building,
  servers: readonly ModelServer[],
  gateway: LiteLlmGateway,
): void {
  const byName = new Map(servers.map((server) => [server.model, server]));
  for (const [name, { of, mirror, sticky }] of canariesOf(models)) {
    if (sticky) gateway.keepSessions(of);
    const shadow = byName.get(name);
    if (!mirror || !shadow) continue;
    from.do(`${entryOf(models, name)}.mirror`, () => {
      gateway.route(shadow);
      gateway.mirror(of, name);
    });
  }
}

/** Who holds the weights that the file leaves to the platform. In the last phase: the rules come first. */
export function pilotCanaries(
  { environment: { models }, from, layer }: Building,
  shared: readonly SharedCanary[],
  { url, port, prometheus }: PrometheusStack,
): void {
  const canaries = canariesOf(models);
  const steered = shared.filter(({ canary: { model } }) => canaries.get(model)?.automatic);
  if (!steered.length) return;
  const home = layer('canaries', 'apps', 'serving');
  for (const { gateway, of, canary } of steered) {
    const asked = canaries.get(canary.model);
    if (!asked) continue;
    const { weight, stepMinutes } = asked;
    const pilot = from.of(
      `${entryOf(models, canary.model)}.automatic`,
      () =>
        new CanaryPilot(home, `${canary.model}-pilot`, {
          gateway,
          of,
          canary,
          weight,
          prometheus: url,
          ...(stepMinutes === undefined ? {} : { stepMinutes }),
        }),
    );
    prometheus.allowFrom(pilot.pods, { port, why: `verdict on '${canary.model}'` });
  }
}
