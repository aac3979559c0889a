import { ApiObject, type App, JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  ClusterKnown,
  ExternalSecretsOperator,
  PlatformNamespace,
  SecretStores,
  StorageClasses,
} from '../../lib/cluster';
import { KarpenterCrds, NodePool, SystemNodes } from '../../lib/compute';
import {
  declare,
  Layer,
  POLICIES,
  type Policy,
  type RolloutAnalysis,
  setCluster,
  setPolicy,
  Workload,
  type WorkloadProps,
} from '../../lib/core';
import { AWS } from '../core/tree';

/** What a tree stands on. */
export interface Ground {
  /** For pools. */
  readonly capacity: Layer;
  /** For releases that bring kinds. */
  readonly operators: Layer;
  /** For everything else. */
  readonly apps: Layer;
}

/** A cluster, of tier prod unless asked otherwise, with general nodes, secrets and a storage class: what every tree stands on. */
export function ground(app: App, policy: Policy = POLICIES.prod): Ground {
  setPolicy(app, policy);
  setCluster(app, AWS);
  const cluster = new Layer(app, 'cluster', { phase: 'cluster' });
  new ClusterKnown(cluster, 'known');
  new StorageClasses(cluster, 'storage-classes');
  new SystemNodes(cluster, 'system-nodes');
  for (const name of ['external-secrets', 'operators', 'apps']) new PlatformNamespace(cluster, name);
  const crds = new Layer(app, 'karpenter-crds', { phase: 'nodes' });
  new KarpenterCrds(crds, 'crds');
  const capacity = new Layer(app, 'capacity', { phase: 'capacity' });
  new NodePool(capacity, 'general');
  const secrets = new Layer(app, 'external-secrets', { phase: 'operators', namespace: 'external-secrets' });
  new ExternalSecretsOperator(secrets, 'external-secrets');
  const stores = new Layer(app, 'secret-stores', { phase: 'operators', after: [secrets] });
  new SecretStores(stores, 'stores');
  const operators = new Layer(app, 'operators', {
    phase: 'operators',
    namespace: 'operators',
    after: [stores],
  });
  return { capacity, operators, apps: new Layer(app, 'apps', { phase: 'apps', namespace: 'apps' }) };
}

/** A service without a fault, but for what is asked. */
export function service(scope: Construct, name = 'web', props: Partial<WorkloadProps> = {}): Workload {
  return new Workload(scope, name, {
    image: 'docker.io/example/web:1.2.3',
    resources: { cpu: '500m', memory: '1Gi' },
    ports: { http: 8080 },
    ready: { path: '/ready' },
    startupSeconds: 60,
    ...props,
  });
}

/** How Rollouts of the namespace 'apps' are judged: somebody has written it. */
export function judgement(scope: Construct): RolloutAnalysis {
  const analysis = { before: 'smoke', during: 'worse' };
  const objects = Object.values(analysis).map((name) => ({ id: `AnalysisTemplate/apps/${name}` }));
  declare(scope, 'provides', { objects });
  return analysis;
}

/** The escape hatch of cdk8s: set one field of the Deployment behind the back of its construct. */
export function set(workload: Workload, path: string, value: unknown): void {
  ApiObject.of(workload.node.findChild('Deployment')).addJsonPatch(JsonPatch.add(path, value));
}

/** An object of the namespace 'apps', as somebody would write it by hand. */
export function object(
  scope: Construct,
  apiVersion: string,
  kind: string,
  name: string,
  fields: object,
): ApiObject {
  return new ApiObject(scope, `${kind}-${name}`, {
    apiVersion,
    kind,
    metadata: { name, namespace: 'apps' },
    ...fields,
  });
}
