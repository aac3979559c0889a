import type { Construct } from 'constructs';
import { DEREGISTER_SECONDS, policyOf } from '../../core';
import type { Agentgateway } from './agentgateway';
import { ENVOY_HEALTH, EnvoyFleet } from './envoy-fleet';
import { EnvoyAiGateway } from './envoy-gateway';
import type { Fleet, FleetProps, FleetSettings } from './fleet';
import { AGENTGATEWAY_HEALTH, GatewayProxy } from './gateway-proxy';
import { Istio } from './istio';
import { ISTIO_HEALTH, IstioFleet } from './istio-fleet';

/** Whoever makes proxies of Gateways. */
export type GatewayController = Agentgateway | EnvoyAiGateway | Istio;

/** A Gateway and its proxies, as its controller makes them. */
export function fleetOf(
  scope: Construct,
  name: string,
  controller: GatewayController,
  props: FleetProps,
  { models }: { readonly models: boolean },
): Fleet {
  const settings: FleetSettings = {
    ...props,
    replicas: props.replicas ?? policyOf(scope).replicas,
    deregisterSeconds: props.deregisterSeconds ?? DEREGISTER_SECONDS,
  };
  if (controller instanceof EnvoyAiGateway)
    return new EnvoyFleet(scope, 'Proxy', name, { ...settings, controller, models });
  return controller instanceof Istio
    ? new IstioFleet(scope, 'Proxy', name, { ...settings, controller, models })
    : new GatewayProxy(scope, 'Proxy', name, { ...settings, controller });
}

/** Where the pods of its proxies say whether they are ready. */
export function healthOf(controller: GatewayController): { readonly port: number; readonly path: string } {
  if (controller instanceof EnvoyAiGateway) return ENVOY_HEALTH;
  return controller instanceof Istio ? ISTIO_HEALTH : AGENTGATEWAY_HEALTH;
}
