import { nearest } from '../core';
import type { Proof, Refusal } from './proof';

interface RolloutSpec {
  readonly strategy?: {
    readonly canary?: {
      readonly stableService?: string;
      readonly canaryService?: string;
      readonly trafficRouting?: { readonly plugins?: Readonly<Record<string, PluginSpec>> };
    };
  };
}

interface PluginSpec {
  readonly httpRoute?: string;
  readonly namespace?: string;
}

interface RouteSpec {
  readonly rules?: readonly {
    readonly backendRefs?: readonly { readonly name: string; readonly weight?: number }[];
  }[];
}

interface ReleaseValues {
  readonly controller?: { readonly trafficRouterPlugins?: readonly { readonly name: string }[] };
}

/**
 * What is to move the weights of a canary is there, and finds both Services in the route: else all requests go to the
 * new pods at the end, in one step that nobody saw coming.
 *
 * Fails: a Rollout that names the plugin 'argoproj-labs/gatewayapi', where the controller has 'argoproj-labs/gatewayAPI'.
 */
export const rolloutIsSteered: Proof = {
  name: 'rollout-is-steered',
  about:
    'Plugins that Rollouts name are loaded, and their routes lead to both Services, all of it to the old pods.',
  check({ rendered, index }) {
    const findings: Refusal[] = [];
    const loaded = rendered.facts
      .of('release')
      .filter(({ chart }) => chart === 'argo-rollouts')
      .flatMap(({ values }) => (values as ReleaseValues).controller?.trafficRouterPlugins ?? [])
      .map(({ name }) => name);
    const rollouts = index.of('Rollout');
    for (const { id: object, json } of rollouts) {
      const { canary } = (json.spec as RolloutSpec).strategy ?? {};
      for (const [plugin, { httpRoute, namespace }] of Object.entries(
        canary?.trafficRouting?.plugins ?? {},
      )) {
        if (!loaded.includes(plugin)) {
          const meant = nearest(plugin, loaded);
          findings.push({
            object,
            what: `names the plugin '${plugin}', which the controller does not load${meant ? `; did you mean '${meant}'?` : ''}`,
            why: 'no weight is ever moved: the rollout stands still at its first step',
            fix: loaded.length
              ? `name ${loaded.map((name) => `'${name}'`).join(' or ')}`
              : 'install ArgoRollouts',
          });
        }
        if (!httpRoute) continue;
        const route = `HTTPRoute/${namespace ?? json.metadata.namespace}/${httpRoute}`;
        const fault = faultOf(index.object(route)?.json.spec as RouteSpec | undefined, canary);
        if (fault) findings.push({ object, ...fault(route) });
      }
    }
    const checked = rollouts.length;
    return { findings, checked, ...(checked ? {} : { skipped: 'no Rollout makes pods' }) };
  },
};

type Canary = NonNullable<NonNullable<RolloutSpec['strategy']>['canary']>;

/** What is wrong with the route of a canary. */
function faultOf(
  route: RouteSpec | undefined,
  { stableService, canaryService }: Canary = {},
): ((id: string) => Omit<Refusal, 'object'>) | undefined {
  if (!route) {
    return (id) => ({
      what: `changes the weights of ${id}, which does not exist`,
      why: 'no weight is ever moved: the rollout stands still at its first step',
      fix: 'name the route that leads to it',
    });
  }
  const led = (route.rules ?? []).filter(({ backendRefs = [] }) => backendRefs.length);
  const both = led.filter(({ backendRefs = [] }) =>
    [stableService, canaryService].every((name) => backendRefs.some((ref) => ref.name === name)),
  );
  if (!both.length) {
    return (id) => ({
      what: `changes the weights of ${id}, which does not lead to both '${stableService}' and '${canaryService}'`,
      why: 'the plugin refuses a route without one of the two: the rollout stands still at its first step',
      fix: `give a rule of it both, '${stableService}' with weight 100 and '${canaryService}' with 0`,
    });
  }
  const open = both
    .flatMap(({ backendRefs = [] }) => backendRefs)
    .find(({ name, weight = 1 }) => name === canaryService && weight > 0);
  if (!open) return undefined;
  return (id) => ({
    what: `begins with weight ${open.weight ?? 1} for '${canaryService}' in ${id}`,
    why: 'each apply of the route would send requests to new pods that nobody has asked yet',
    fix: `write weight 100 for '${stableService}' and 0 for '${canaryService}'`,
  });
}
