import { Cluster } from '@pulumi/aws/eks';
import { ApiObject, App } from 'cdk8s';
import { beforeAll, expect, test } from 'vitest';
import { HelmRelease, Layer, render } from '../../lib/core';
import { clusterProvider, realizePlatform } from '../../lib/engines/pulumi';
import { type Registered, record } from './read-back/pulumi-recorder';

function tree(): App {
  const app = new App();
  const cluster = new Layer(app, 'cluster', { phase: 'cluster' });
  new ApiObject(cluster, 'apps', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'apps' } });
  const operators = new Layer(app, 'operators', { phase: 'operators', namespace: 'apps' });
  const chart = { name: 'thing', version: '1.2.3', chart: 'thing', footprint: {} };
  new HelmRelease(operators, 'Oci', { ...chart, repository: 'oci://registry.example.com/charts' });
  new HelmRelease(operators, 'Https', { ...chart, name: 'other', repository: 'https://charts.example.com' });
  const apps = new Layer(app, 'apps', { phase: 'apps', namespace: 'apps' });
  const metadata = { name: 'thing', namespace: 'apps' };
  new ApiObject(apps, 'custom', { apiVersion: 'example.com/v1', kind: 'Thing', metadata, spec: { size: 1 } });
  new ApiObject(apps, 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' } });
  return app;
}

let all: Registered[];
const named = (name: string) => {
  const found = all.find((resource) => resource.name === name);
  if (!found) throw new Error(`no resource ${name}; there are ${all.map((r) => r.name).join(', ')}`);
  return found;
};

beforeAll(async () => {
  all = await record(() => {
    const cluster = new Cluster('nexus-prod', { roleArn: 'role', vpcConfig: { subnetIds: ['subnet'] } });
    realizePlatform(render(tree()).layers, clusterProvider(cluster, 'us-east-1'), [cluster]);
  });
});

test('the provider applies server-side, changes files in place, and asks AWS for a token in the region of the file', () => {
  const { inputs } = named('cluster');
  expect(inputs).toMatchObject({
    enableServerSideApply: 'true',
    enableConfigMapMutable: 'true',
    enableSecretMutable: 'true',
  });
  const { users } = JSON.parse(inputs.kubeconfig);
  expect(users[0].user.exec).toMatchObject({
    command: 'aws',
    args: ['eks', 'get-token', '--region', 'us-east-1', '--cluster-name', 'nexus-prod'],
  });
});

test('a resource is called like the object, and has its type', () => {
  expect(named('ConfigMap/apps/thing').type).toBe('kubernetes:core/v1:ConfigMap');
  expect(named('Thing/apps/thing').type).toBe('kubernetes:example.com/v1:Thing');
  expect(named('release/apps/thing').type).toBe('kubernetes:helm.sh/v3:Release');
});

test('namespaces and what holds data stay when they leave the program', () => {
  expect(all.filter(({ retained }) => retained).map(({ name }) => name)).toEqual(['Namespace/apps']);
});

test('a layer waits for all of the layer before it, and the first for the foundation', () => {
  expect(named('Namespace/apps').waitsFor).toContain('aws:eks/cluster:Cluster::nexus-prod');
  const charts = named('release/apps/thing').waitsFor;
  expect(charts.some((urn) => urn.endsWith('::Namespace/apps'))).toBe(true);
  const config = named('ConfigMap/apps/thing').waitsFor;
  for (const release of ['thing', 'other']) {
    expect(config.some((urn) => urn.endsWith(`::release/apps/${release}`))).toBe(true);
  }
});

test('an OCI chart is named whole, another by its repository; neither makes a namespace', () => {
  expect(named('release/apps/thing').inputs).toMatchObject({
    chart: 'oci://registry.example.com/charts/thing',
    version: '1.2.3',
    createNamespace: false,
  });
  expect(named('release/apps/other').inputs).toMatchObject({
    chart: 'thing',
    repositoryOpts: { repo: 'https://charts.example.com' },
  });
});
