import { App } from 'cdk8s';
import {
  type Cluster,
  type KubeObject,
  Layer,
  objectsOf,
  POLICIES,
  setCluster,
  setPolicy,
  type Tier,
} from '../../lib/core';

export const AWS: Cluster = {
  environment: 'prod',
  prefix: 'nexus',
  kubernetes: '1.36',
  aws: { account: '111122223333', region: 'us-east-1', zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] },
  serviceCidr: '172.20.0.0/16',
  controlPlaneCidrs: ['10.0.240.0/28'],
  databaseCidrs: ['10.0.241.0/24'],
  apiServerPort: 443,
  storageClass: 'gp3',
};

/** A layer of a small app, on AWS unless said otherwise. */
export function layer(namespace = 'apps', { tier = 'prod' as Tier, cluster = AWS as Cluster } = {}): Layer {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  setCluster(app, cluster);
  return new Layer(app, 'layer', { phase: 'apps', namespace });
}

/** The one object of a kind (and name) that a layer renders. */
export function find(layer: Layer, kind: string, name?: string): KubeObject {
  const found = objectsOf(layer).filter((o) => o.kind === kind && (!name || o.metadata.name === name));
  if (found.length !== 1) throw new Error(`${found.length} objects ${kind}/${name ?? '*'}`);
  return found[0];
}
