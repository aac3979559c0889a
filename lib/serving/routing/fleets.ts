import type { Construct } from 'constructs';
import type { Agentgateway } from './agentgateway';
import { ENVOY_HEALTH, EnvoyFleet } from './envoy-fleet';
import { EnvoyAiGateway } from './envoy-gateway';
import type { Fleet, FleetProps } from './fleet';
import { AGENTGATEWAY_HEALTH, GatewayProxy } from './gateway-proxy';

/** Whoever makes proxies of Gateways. */
export type GatewayController = Agentgateway | EnvoyAiGateway;

/** A Gateway and its proxies, as its controller makes them. */
export const fleetOf = (
  scope: Construct,
  name: string,
  controller: GatewayController,
  props: FleetProps,
  { models }: { readonly models: boolean },
): Fleet =>
  controller instanceof EnvoyAiGateway
    ? new EnvoyFleet(scope, 'Proxy', name, { ...props, controller, models })
    : new GatewayProxy(scope, 'Proxy', name, { ...props, controller });

/** Where the pods of its proxies say whether they are ready. */
export const healthOf = (controller: GatewayController): { readonly port: number; readonly path: string } =>
  controller instanceof EnvoyAiGateway ? ENVOY_HEALTH : AGENTGATEWAY_HEALTH;
