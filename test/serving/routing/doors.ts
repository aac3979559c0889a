import { App } from 'cdk8s';
import { Layer, POLICIES, setCluster, setPolicy, type Tier } from '../../../lib/core';
import { Agentgateway, ModelSimulator, type ReplicaRange } from '../../../lib/serving';
import { AWS } from '../../core/tree';

const BALANCERS = { internal: ['10.0.0.0/18'], public: ['10.0.192.0/22'] };

/** A layer on AWS, or outside, with the controller of its gateways. */
export function ground(namespace: string, { aws = true, tier = 'prod' as Tier } = {}) {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  setCluster(app, { ...AWS, balancerCidrs: BALANCERS, ...(aws ? {} : { aws: undefined }) });
  const operators = new Layer(app, 'agentgateway', { phase: 'operators', namespace: 'agentgateway' });
  const controller = new Agentgateway(operators, 'agentgateway');
  return { controller, operators, layer: new Layer(app, 'layer', { phase: 'apps', namespace }) };
}

/** A model that answers for up to 120 s. */
export const model = (layer: Layer, name = 'chat', replicas: ReplicaRange = { min: 2, max: 2 }) =>
  new ModelSimulator(layer, name, { model: 'Qwen/Qwen3-8B', replicas, drainSeconds: 120 });
