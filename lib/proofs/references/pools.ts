import type { ReleaseFact, RenderedObject } from '../../core';
import type { Index } from '../index-of';
import type { Refusal } from '../proof';
import { gatewaysOf } from '../routes';
import { backendsOf } from './backends';

type Releases = readonly ReleaseFact[];

/** A controller that answers Gateways, and why it would not send requests to an InferencePool. */
interface Controller {
  /** By class and by the name in the class. */
  readonly class: RegExp;
  /** Why it cannot, as far as its releases say; undefined where it can. */
  readonly blind: (releases: Releases) => string | undefined;
  /** Why it cannot share the requests of one rule between several; absent where it can, or where the API server says so. */
  readonly single?: string;
}

const CONTROLLERS: readonly Controller[] = [
  {
    class: /^kgateway(\.dev\/kgateway)?$/,
    blind: () => 'kgateway, which has no InferencePools since 2.2',
  },
  {
    class: /^gateway\.k8s\.aws\/|^amazon-(alb|nlb)/,
    blind: () => 'the AWS Load Balancer Controller, which has no InferencePools',
  },
  {
    class: /^agentgateway(\.dev\/agentgateway)?$/,
    blind: (releases) =>
      releases.some(
        ({ chart, values }) => chart === 'agentgateway' && !at(values, 'inferenceExtension.enabled'),
      )
        ? 'agentgateway, whose inferenceExtension.enabled is off'
        : undefined,
  },
  { class: /^gateway\.envoyproxy\.io\//, blind: envoy },
  {
    class: /^istio(\.io\/gateway-controller)?$/,
    blind: istio,
    single: 'Istio asks the picker of the last one for all of them: to the others it sends what nobody chose',
  },
];

interface Rule {
  readonly backendRefs?: readonly {
    readonly kind?: string;
    readonly name: string;
    readonly weight?: number;
  }[];
}

/** The first with the InferencePool of group inference.networking.k8s.io, v1. */
const FIRST = { istio: '1.28.0', aiGateway: '0.4.0' };
/** What each Envoy AI Gateway was built for, from its own table: the Envoy Gateway that it needs at least. */
const ENVOY_FOR = [
  ['1.0.0', '1.8.1'],
  ['0.7.0', '1.8.0'],
  ['0.6.0', '1.7.0'],
  ['0.5.0', '1.6.0'],
] as const;

function envoy(releases: Releases): string | undefined {
  const gateway = releases.find(({ chart }) => chart === 'gateway-helm');
  // Who does not install it here says nothing of it.
  if (!gateway) return undefined;
  const ai = releases.find(({ chart }) => chart === 'ai-gateway-helm');
  if (!ai) return 'Envoy Gateway alone, which has InferencePools only with Envoy AI Gateway beside it';
  if (older(ai.version, FIRST.aiGateway))
    return `Envoy AI Gateway ${ai.version}, older than the InferencePool's v1`;
  const needed = ENVOY_FOR.find(([version]) => !older(ai.version, version))?.[1];
  if (needed && older(gateway.version, needed)) {
    return `Envoy Gateway ${gateway.version}, and Envoy AI Gateway ${ai.version} needs ${needed} or newer`;
  }
  const resources = at(gateway.values, 'config.envoyGateway.extensionManager.backendResources');
  const known = Array.isArray(resources) && resources.some(({ kind }) => kind === 'InferencePool');
  return known
    ? undefined
    : 'Envoy Gateway, whose extensionManager.backendResources does not name InferencePool';
}

function istio(releases: Releases): string | undefined {
  const pilot = releases.find(({ chart }) => chart === 'istiod');
  if (!pilot) return undefined;
  if (older(pilot.version, FIRST.istio)) return `Istio ${pilot.version}, older than the InferencePool's v1`;
  const on = ['env', 'pilot.env'].some(
    (env) => String(at(pilot.values, `${env}.ENABLE_GATEWAY_API_INFERENCE_EXTENSION`)) === 'true',
  );
  return on ? undefined : 'Istio, whose ENABLE_GATEWAY_API_INFERENCE_EXTENSION is off';
}

/** Routes to an InferencePool that hang on a gateway whose controller does not know the kind. */
export function poolGateways(
  route: RenderedObject,
  index: Index,
  releases: Releases,
): { findings: Refusal[]; checked: number } {
  const pools = backendsOf(route).references.filter(({ kind }) => kind === 'InferencePool');
  const gateways = pools.length ? gatewaysOf(route, index) : [];
  const findings = gateways.flatMap((gateway): Refusal[] => {
    const { gatewayClassName: name = '' } = gateway.json.spec as { gatewayClassName?: string };
    const made = index.object(`GatewayClass/${name}`)?.json.spec as { controllerName?: string } | undefined;
    const controller = CONTROLLERS.find((known) => known.class.test(made?.controllerName ?? name));
    const blind = controller?.blind(releases);
    if (!blind) return controller?.single ? shared(route, gateway, controller.single) : [];
    return [
      {
        object: route.id,
        what: `sends requests to InferencePool '${pools[0].name}' through ${gateway.id}, which is answered by ${blind}`,
        why: 'the route is accepted, its backend is not: every request gets an error',
        fix: "use gatewayClassName 'agentgateway' (InferenceGateway does), or send the route to the Service",
      },
    ];
  });
  return { findings, checked: gateways.length };
}

/** Rules with several pools, behind a controller that asks one picker for each. */
function shared(route: RenderedObject, gateway: RenderedObject, why: string): Refusal[] {
  const { rules = [] } = route.json.spec as { readonly rules?: readonly Rule[] };
  return rules.flatMap(({ backendRefs = [] }) => {
    // Without a weight nothing is sent there.
    const pools = backendRefs.filter(({ kind, weight }) => kind === 'InferencePool' && weight !== 0);
    if (pools.length < 2) return [];
    const names = pools.map(({ name }) => `'${name}'`).join(', ');
    const what = `shares a rule between the InferencePools ${names}, through ${gateway.id}`;
    const fix = 'give each pool a rule of its own, share between adapters of one server, or use agentgateway';
    return [{ object: route.id, what, why, fix }];
  });
}

const older = (version: string, than: string): boolean =>
  version.replace(/^v/, '').localeCompare(than, 'en', { numeric: true }) < 0;

/** A value by its path. */
const at = (values: Readonly<Record<string, unknown>>, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>> | undefined)?.[key], values);
