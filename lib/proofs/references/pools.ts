import type { RenderedObject } from '../../core';
import type { Index } from '../index-of';
import type { Refusal } from '../proof';
import { gatewaysOf } from '../routes';
import { backendsOf } from './backends';

/** Controllers that answer a Gateway and know nothing of InferencePools, by class and by the name in the class. */
const BLIND: readonly { readonly class: RegExp; readonly says: string }[] = [
  { class: /^kgateway(\.dev\/kgateway)?$/, says: 'kgateway, which has no InferencePools since 2.2' },
  {
    class: /^gateway\.k8s\.aws\/|^amazon-(alb|nlb)/,
    says: 'the AWS Load Balancer Controller, which has no InferencePools',
  },
];

/** Routes to an InferencePool that hang on a gateway whose controller does not know the kind. */
export function poolGateways(route: RenderedObject, index: Index): { findings: Refusal[]; checked: number } {
  const pools = backendsOf(route).references.filter(({ kind }) => kind === 'InferencePool');
  const gateways = pools.length ? gatewaysOf(route, index) : [];
  const findings = gateways.flatMap((gateway): Refusal[] => {
    const { gatewayClassName: name = '' } = gateway.json.spec as { gatewayClassName?: string };
    const made = index.object(`GatewayClass/${name}`)?.json.spec as { controllerName?: string } | undefined;
    const blind = BLIND.find((known) => known.class.test(made?.controllerName ?? name));
    if (!blind) return [];
    return [
      {
        object: route.id,
        what: `sends requests to InferencePool '${pools[0].name}' through ${gateway.id}, which is answered by ${blind.says}`,
        why: 'the route is accepted, its backend is not: every request gets an error',
        fix: "use gatewayClassName 'agentgateway' (InferenceGateway does), or send the route to the Service",
      },
    ];
  });
  return { findings, checked: gateways.length };
}
