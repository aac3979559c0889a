import { App } from 'cdk8s';
import { Layer, POLICIES, setCluster, setPolicy, type Tier } from '../../../lib/core';
import { Agentgateway, EnvoyAiGateway, Istio, ModelSimulator, type ReplicaRange } from '../../../lib/serving';
import { AWS } from '../../core/tree';

const BALANCERS = { internal: ['10.0.0.0/18'], public: ['10.0.192.0/22'] };

const CONTROLLERS = {
  agentgateway: { home: 'agentgateway', of: Agentgateway },
  'envoy-gateway': { home: 'envoy-gateway', of: EnvoyAiGateway },
  istio: { home: 'istio-system', of: Istio },
} as const;

interface Ground {
  readonly aws?: boolean;
  readonly tier?: Tier;
  /** Who answers the gateways. */
  readonly behind?: keyof typeof CONTROLLERS;
}

/** A layer on AWS, or outside, with the controller of its gateways. */
export function ground(
  namespace: string,
  { aws = true, tier = 'prod', behind = 'agentgateway' }: Ground = {},
) {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  setCluster(app, { ...AWS, balancerCidrs: BALANCERS, ...(aws ? {} : { aws: undefined }) });
  const { home, of } = CONTROLLERS[behind];
  const operators = new Layer(app, behind, { phase: 'operators', namespace: home });
  const controller = new of(operators, behind);
  return { app, controller, operators, layer: new Layer(app, 'layer', { phase: 'apps', namespace }) };
}

/** A model that answers for up to 120 s. */
export const model = (layer: Layer, name = 'chat', replicas: ReplicaRange = { min: 2, max: 2 }) =>
  new ModelSimulator(layer, name, { model: 'Qwen/Qwen3-8B', replicas, drainSeconds: 120 });
