import type { LifecycleFact, RenderedObject } from '../core';
import { seconds } from './duration';
import type { Index } from './index-of';
import type { Refusal } from './proof';
import { destinationsOf, gatewaysOf, parametersOf } from './routes';

/** Something in front of Services that ends a request after so long. */
interface Door {
  readonly object: RenderedObject;
  readonly limit: number;
  readonly says: string;
  readonly fix: (needed: number) => string;
}

interface Rule {
  readonly timeouts?: Readonly<Record<string, string>>;
}

const ALB_ATTRIBUTES = 'alb.ingress.kubernetes.io/load-balancer-attributes';
/** An Application Load Balancer's own, without a byte in either direction. */
const ALB_SECONDS = 60;

/** Timeouts of routes and load balancers that the longest work in flight outlasts. */
export function routeTimeouts(
  objects: readonly RenderedObject[],
  lifecycles: ReadonlyMap<string, LifecycleFact>,
  index: Index,
): { findings: Refusal[]; checked: number } {
  const doors = objects.flatMap((object) => [...ofRoute(object), ...ofIngress(object)]);
  const findings = doors.flatMap(({ object, limit, says, fix }): Refusal[] => {
    return ownersBehind(object, index).flatMap((owner): Refusal[] => {
      const needed = lifecycles.get(owner)?.drainSeconds ?? 0;
      if (needed <= limit) return [];
      return [
        {
          object: object.id,
          what: `${says} ${limit} s, and ${owner} works on a request for up to ${needed} s`,
          why: 'the client gets an error while its answer is still being written',
          fix: `${fix(needed)}, or lower drainSeconds`,
        },
      ];
    });
  });
  const proxies = objects.flatMap((object) => shutdowns(object, lifecycles, index));
  return { findings: [...findings, ...proxies], checked: doors.length };
}

const ownersBehind = (object: RenderedObject, index: Index): string[] => [
  ...new Set(destinationsOf(object, index).map(({ pods }) => pods.owner)),
];

/** Proxies in front of a route that stop sooner than what is behind it has answered. */
function shutdowns(
  route: RenderedObject,
  lifecycles: ReadonlyMap<string, LifecycleFact>,
  index: Index,
): Refusal[] {
  if (!/^(HTTP|AIGateway)Route$/.test(route.json.kind)) return [];
  return gatewaysOf(route, index).flatMap((gateway) => {
    const shutdown = parametersOf(gateway.json, index)?.shutdown;
    if (!shutdown) return [];
    const { max: most, field } = shutdown;
    return ownersBehind(route, index).flatMap((owner): Refusal[] => {
      const needed = lifecycles.get(owner)?.drainSeconds ?? 0;
      if (needed <= most) return [];
      return [
        {
          object: gateway.id,
          what: `its proxies stop after ${most} s, and ${owner} works on a request for up to ${needed} s`,
          why: 'a rollout of the proxies cuts answers that are still being written',
          fix: `raise ${field} to ${needed}, or lower drainSeconds`,
        },
      ];
    });
  });
}

function ofRoute(object: RenderedObject): Door[] {
  const { json } = object;
  if (!/^(HTTP|GRPC|AIGateway)Route$/.test(json.kind)) return [];
  const { rules = [] } = (json.spec ?? {}) as { readonly rules?: readonly Rule[] };
  return rules.flatMap((rule) =>
    Object.entries(rule.timeouts ?? {})
      // Zero switches it off.
      .filter(([, text]) => seconds(text) > 0)
      .map(([name, text]) => ({
        object: { ...object, json: { ...json, spec: { rules: [rule] } } },
        limit: seconds(text),
        says: `timeouts.${name} ends a request after`,
        fix: (needed) => `raise it to ${needed}s`,
      })),
  );
}

function ofIngress(object: RenderedObject): Door[] {
  const { kind, metadata, spec } = object.json;
  const annotations = metadata.annotations ?? {};
  const own = (spec as { readonly ingressClassName?: string } | undefined)?.ingressClassName === 'alb';
  if (kind !== 'Ingress' || !own) return [];
  const written = /idle_timeout\.timeout_seconds=(\d+)/.exec(annotations[ALB_ATTRIBUTES] ?? '')?.[1];
  return [
    {
      object,
      limit: written ? Number(written) : ALB_SECONDS,
      says: 'its load balancer closes a connection that was silent for',
      fix: (needed) => `annotate it with ${ALB_ATTRIBUTES}: idle_timeout.timeout_seconds=${needed}`,
    },
  ];
}
