import type { KubeObject, RenderedLayer } from '../../core';

interface RolloutSpec {
  readonly strategy?: {
    readonly canary?: {
      readonly stableService?: string;
      readonly canaryService?: string;
      readonly trafficRouting?: {
        readonly plugins?: Readonly<
          Record<string, { readonly httpRoute?: string; readonly namespace?: string }>
        >;
      };
    };
    readonly blueGreen?: { readonly activeService?: string; readonly previewService?: string };
  };
}

/** What Rollouts write to of objects that are ours: routes whose weights they change, Services whose pods they choose. */
export interface Steered {
  readonly routes: readonly KubeObject[];
  readonly services: readonly KubeObject[];
}

/** The objects of a layer that Rollouts, of whatever layer, write to. */
export function steeredIn(layer: RenderedLayer, layers: readonly RenderedLayer[]): Steered {
  const rollouts = layers.flatMap(objectsOf).filter(({ json }) => json.kind === 'Rollout');
  const named = new Set(
    rollouts.flatMap(({ json: { metadata, spec } }) => {
      const { canary, blueGreen } = (spec as RolloutSpec).strategy ?? {};
      const services = [
        ...[canary?.stableService, canary?.canaryService],
        ...[blueGreen?.activeService, blueGreen?.previewService],
      ];
      return [
        ...services.map((name) => `Service/${metadata.namespace}/${name}`),
        ...Object.values(canary?.trafficRouting?.plugins ?? {}).map(
          ({ httpRoute, namespace }) => `HTTPRoute/${namespace}/${httpRoute}`,
        ),
      ];
    }),
  );
  const ours = objectsOf(layer)
    .filter(({ id }) => named.has(id))
    .map(({ json }) => json);
  const of = (kind: string) => ours.filter((json) => json.kind === kind);
  return { routes: of('HTTPRoute'), services: of('Service') };
}

const objectsOf = ({ units }: RenderedLayer) => units.flatMap(({ objects }) => objects);
