import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ApiObject, App as Tree } from 'cdk8s';
import { Construct } from 'constructs';
import { expect, test } from 'vitest';
import { HelmRelease, Layer, render } from '../../lib/core';
import { realizePlatform } from '../../lib/engines/cdk';

// biome-ignore lint/suspicious/noExplicitAny: a template is JSON of any shape
type Resources = Record<string, any>;

const config = (scope: Construct, name: string, size = 1) =>
  new ApiObject(scope, name, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'apps' },
    data: { text: 'x'.repeat(size) },
  });

/** A platform with as many models as asked for, each a unit of two objects. */
function tree(models: readonly string[], { size = 1, more = false } = {}): Tree {
  const app = new Tree();
  const cluster = new Layer(app, 'cluster', { phase: 'cluster' });
  new ApiObject(cluster, 'apps', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } });
  const operators = new Layer(app, 'operators', { phase: 'operators', namespace: 'apps' });
  new HelmRelease(operators, 'Thing', {
    name: 'thing',
    chart: 'thing',
    repository: 'oci://registry.example.com/charts',
    version: '1.2.3',
    values: { replicas: 2 },
    footprint: {},
  });
  const serving = new Layer(app, 'serving', { phase: 'serving' });
  for (const model of models) {
    const unit = new Construct(serving, model);
    config(unit, `${model}-a`, size);
    config(unit, `${model}-b`, size);
    if (more && model === models[0]) config(unit, `${model}-c`);
  }
  return app;
}

function resources(app: Tree): Resources {
  const cdk = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
    context: { 'aws:cdk:disable-asset-staging': true },
  });
  const stack = new Stack(cdk, 'Platform', { env: { account: '111122223333', region: 'us-east-1' } });
  realizePlatform(stack, render(app).layers, {
    clusterName: 'nexus-prod',
    zones: ['us-east-1a', 'us-east-1b'],
    parameters: { subnetIds: '/nexus/prod/subnets', clusterSecurityGroupId: '/nexus/prod/group' },
    adminPolicyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
  });
  return Template.fromStack(stack).toJSON().Resources;
}

const manifests = (all: Resources) =>
  Object.entries(all).filter(([, resource]) => resource.Type === 'Custom::AWSCDK-EKS-KubernetesResource');
const changed = (before: Resources, after: Resources) =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]),
  );

const plain = resources(tree(['chat', 'embed', 'code']));

test('one more object changes one resource', () => {
  expect(changed(plain, resources(tree(['chat', 'embed', 'code'], { more: true })))).toHaveLength(1);
});

test('a new model adds its unit and leaves all others alone', () => {
  const ids = changed(plain, resources(tree(['new', 'chat', 'embed', 'code'])));
  // Beside the unit, the barrier that waits for it.
  expect(ids.map((id) => plain[id]?.Type ?? 'new').sort()).toEqual([
    'AWS::CloudFormation::WaitConditionHandle',
    'new',
  ]);
});

test('a unit too large for its Lambda event is split by object, with stable ids', () => {
  const large = (models: string[]) => manifests(resources(tree(models, { size: 150_000 }))).map(([id]) => id);
  expect(large(['chat']).filter((id) => id.includes('chat'))).toHaveLength(2);
  expect(large(['embed', 'chat'])).toEqual(expect.arrayContaining(large(['chat'])));
});

test('units that hold namespaces are retained, others go with their line', () => {
  const policies = manifests(plain).map(([id, resource]) => [
    id.startsWith('cluster'),
    resource.DeletionPolicy,
  ]);
  for (const [isCluster, policy] of policies) expect(policy).toBe(isCluster ? 'Retain' : 'Delete');
});

test('objects are written over what stands and never pruned by label', () => {
  for (const [, { Properties }] of manifests(plain)) {
    expect(Properties.Overwrite).toBe(true);
    expect(Properties).not.toHaveProperty('PruneLabel');
  }
});

test('a layer waits for the barrier of the one before, and the first for the right to apply', () => {
  const barriers = Object.entries(plain).filter(
    ([, r]) => r.Type === 'AWS::CloudFormation::WaitConditionHandle',
  );
  const barrier = (layer: string) => barriers.find(([id]) => id.startsWith(layer)) ?? ['', {}];
  const chart = Object.entries(plain).find(([, r]) => r.Type === 'Custom::AWSCDK-EKS-HelmChart');
  const [, namespace] = manifests(plain).find(([id]) => id.startsWith('cluster')) ?? [];
  const access = Object.entries(plain).find(([, r]) => r.Type === 'AWS::EKS::AccessEntry');
  expect(namespace.DependsOn).toContain(access?.[0]);
  expect(chart?.[1].DependsOn).toContain(barrier('cluster')[0]);
  expect(barrier('operators')[1].DependsOn).toEqual([chart?.[0]]);
  for (const [id, resource] of manifests(plain)) {
    if (id.startsWith('serving')) expect(resource.DependsOn).toContain(barrier('operators')[0]);
  }
});

test('charts are exact, waited for, and make no namespace', () => {
  const chart = Object.values(plain).find((r) => r.Type === 'Custom::AWSCDK-EKS-HelmChart');
  expect(chart.Properties).toMatchObject({
    Release: 'thing',
    Chart: 'thing',
    Repository: 'oci://registry.example.com/charts/thing',
    Version: '1.2.3',
    Wait: true,
    Timeout: '900s',
  });
  expect(chart.Properties).not.toHaveProperty('CreateNamespace');
});

test('kubectl runs in the node subnets, which have a way out, and reads them by name', () => {
  const handlers = Object.values(plain).filter((r) => r.Type === 'AWS::Lambda::Function');
  for (const { Properties } of handlers) {
    const chosen = JSON.stringify(Properties.VpcConfig.SubnetIds);
    expect(chosen).toMatch(/"Fn::Select":\[0,.*"Fn::Select":\[1,/);
    expect(chosen).toContain('SsmParameterValuenexusprodsubnets');
  }
  expect(handlers.length).toBeGreaterThan(0);
});
