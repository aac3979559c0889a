import { ApiObject, App } from 'cdk8s';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { HelmRelease, Layer, render } from '../../lib/core';
import { gitops } from '../../lib/engines/gitops';

const GIT = {
  environment: 'prod',
  url: 'https://git.example.com/platform.git',
  path: 'out/prod/gitops/flux',
  revision: 'main',
};

function files(): Map<string, string> {
  const app = new App();
  const layer = (id: string, phase: 'cluster' | 'operators' | 'data' | 'apps', after: Layer[] = []) => {
    const made = new Layer(app, id, { phase, after });
    new ApiObject(made, 'object', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: id, namespace: 'apps' },
    });
    return made;
  };
  layer('cluster', 'cluster');
  const operators = layer('operators', 'operators');
  layer('secrets', 'operators', [operators]);
  layer('data', 'data');
  layer('apps', 'apps');
  const repository = 'oci://registry.example.com/charts';
  new HelmRelease(operators, 'Crds', {
    name: 'thing-crds',
    chart: 'thing-crds',
    repository,
    version: '1.0.0',
    footprint: {},
  });
  new HelmRelease(operators, 'Chart', {
    name: 'thing',
    namespace: 'things',
    chart: 'thing',
    repository,
    version: '1.0.0',
    skipCrds: true,
    values: { replicas: 2 },
    footprint: {},
  });
  return gitops(render(app).layers, GIT);
}

const documents = (text: string | undefined) =>
  parseAllDocuments(text ?? '').map((document) => document.toJS());

test('Flux: the root lists the phases, and each layer waits for what it needs', () => {
  const out = files();
  expect(parse(out.get('flux/kustomization.yaml') ?? '').resources).toEqual([
    'sources.yaml',
    'phases/cluster.yaml',
    'phases/operators.yaml',
    'phases/data.yaml',
    'phases/apps.yaml',
  ]);
  const [operators, secrets] = documents(out.get('flux/phases/operators.yaml'));
  expect(operators.spec).toMatchObject({
    path: './out/prod/gitops/flux/layers/operators',
    wait: true,
    dependsOn: [{ name: 'nexus-prod-cluster' }],
  });
  expect(secrets.spec.dependsOn).toEqual([{ name: 'nexus-prod-cluster' }, { name: 'nexus-prod-operators' }]);
});

test('Flux: every folder says what is in it, so that none is applied whole', () => {
  const out = files();
  for (const path of out.keys()) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (/^flux\/layers\//.test(path)) expect(out.has(`${folder}/kustomization.yaml`)).toBe(true);
  }
  expect(parse(out.get('flux/layers/operators/kustomization.yaml') ?? '').resources).toEqual([
    'objects.yaml',
    'releases.yaml',
  ]);
});

test('removing an object from git removes it, except where data or namespaces live', () => {
  const out = files();
  const prune = (phase: string) => documents(out.get(`flux/phases/${phase}.yaml`)).map((k) => k.spec.prune);
  expect([prune('cluster'), prune('operators'), prune('data'), prune('apps')]).toEqual([
    [false],
    [true, true],
    [false],
    [true],
  ]);
  const applications = documents(out.get('argocd/applications.yaml'));
  const argo = (name: string) =>
    applications.find((a) => a.metadata.name === name).spec.syncPolicy.automated.prune;
  expect([argo('nexus-prod-data'), argo('nexus-prod-apps'), argo('nexus-prod-chart-thing')]).toEqual([
    false,
    true,
    false,
  ]);
});

test('Flux: a shared repository is written once, beside the phases', () => {
  const sources = documents(files().get('flux/sources.yaml'));
  expect(sources.map((s) => s.kind)).toEqual(['GitRepository', 'HelmRepository']);
  expect(sources[1].spec).toMatchObject({ type: 'oci', url: 'oci://registry.example.com/charts' });
});

test('a release is the same in both: chart, version, values, CRDs', () => {
  const out = files();
  const release = documents(out.get('flux/layers/operators/releases.yaml'))[1].spec;
  expect(release).toMatchObject({
    releaseName: 'thing',
    targetNamespace: 'things',
    chart: { spec: { chart: 'thing', version: '1.0.0' } },
    install: { crds: 'Skip' },
    values: { replicas: 2 },
  });
  const application = documents(out.get('argocd/applications.yaml')).find(
    (a) => a.metadata.name === 'nexus-prod-chart-thing',
  );
  expect(application.spec.source).toEqual({
    repoURL: 'registry.example.com/charts',
    chart: 'thing',
    targetRevision: '1.0.0',
    helm: { releaseName: 'thing', skipCrds: true, valuesObject: { replicas: 2 } },
  });
});

test('Argo CD: waves follow the layers, and retries carry what waves do not', () => {
  const applications = documents(files().get('argocd/applications.yaml'));
  const wave = (name: string) =>
    Number(
      applications.find((a) => a.metadata.name === name).metadata.annotations['argocd.argoproj.io/sync-wave'],
    );
  expect(wave('nexus-prod-cluster')).toBeLessThan(wave('nexus-prod-operators'));
  expect(wave('nexus-prod-operators')).toBeLessThan(wave('nexus-prod-secrets'));
  for (const { spec } of applications) {
    expect(spec.syncPolicy.syncOptions).toContain('SkipDryRunOnMissingResource=true');
    expect(spec.syncPolicy.syncOptions).toContain('ServerSideApply=true');
    expect(spec.syncPolicy.retry.limit).toBeGreaterThan(10);
  }
});

test('Argo CD: OCI repositories are registered, without credentials', () => {
  const [repository] = documents(files().get('argocd/repositories.yaml'));
  expect(repository.stringData).toEqual({
    name: 'registry-example-com-charts',
    type: 'helm',
    url: 'registry.example.com/charts',
    enableOCI: 'true',
  });
});

test('both tools carry the same bytes of the platform itself', () => {
  const out = files();
  for (const [path, text] of out) {
    const match = /^flux\/(layers\/.*\/objects\.yaml)$/.exec(path);
    if (match) expect(out.get(`argocd/${match[1]}`)).toBe(text);
  }
});

/** A Rollout, and the route whose weights it changes, in a layer of its own. */
function steered(): Map<string, string> {
  const app = new App();
  const metadata = (name: string) => ({ name, namespace: 'apps' });
  const plugins = { 'argoproj-labs/gatewayAPI': { httpRoute: 'web', namespace: 'apps' } };
  const home = new Layer(app, 'gateway', { phase: 'apps' });
  new ApiObject(home, 'rollout', {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: metadata('web'),
    spec: {
      strategy: {
        canary: { stableService: 'web', canaryService: 'web-canary', trafficRouting: { plugins } },
      },
    },
  });
  for (const name of ['web', 'web-canary', 'db']) {
    new ApiObject(home, name, { apiVersion: 'v1', kind: 'Service', metadata: metadata(name), spec: {} });
  }
  const edge = new Layer(app, 'edge', { phase: 'apps' });
  for (const name of ['web', 'other']) {
    new ApiObject(edge, name, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: metadata(name),
      spec: {},
    });
  }
  return gitops(render(app).layers, GIT);
}

test('Flux: a Rollout is well while it goes on, and its own words say so', () => {
  const [gateway, edge] = documents(steered().get('flux/phases/apps.yaml'));
  expect(gateway.spec.healthCheckExprs).toEqual([
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      current: "status.phase in ['Healthy', 'Progressing', 'Paused']",
      failed: "status.phase == 'Degraded'",
    },
  ]);
  expect(edge.spec).not.toHaveProperty('healthCheckExprs');
});

test('Flux: a Service whose pods a Rollout chooses is made and then left alone', () => {
  const [gateway, edge] = documents(steered().get('flux/phases/apps.yaml'));
  expect(gateway.spec.patches.map(({ target }: { target: object }) => target)).toEqual(
    ['web', 'web-canary'].map((name) => ({ kind: 'Service', name, namespace: 'apps' })),
  );
  expect(parse(gateway.spec.patches[0].patch)).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'web',
      namespace: 'apps',
      annotations: { 'kustomize.toolkit.fluxcd.io/ssa': 'IfNotPresent' },
    },
  });
  expect(edge.spec).not.toHaveProperty('patches');
});

test('Argo CD: a sync leaves what a Rollout writes, and nothing else', () => {
  const applications = documents(steered().get('argocd/applications.yaml'));
  const spec = (name: string) =>
    applications.find(({ metadata }) => metadata.name === `nexus-prod-${name}`).spec;
  expect(spec('edge').ignoreDifferences).toEqual([
    {
      group: 'gateway.networking.k8s.io',
      kind: 'HTTPRoute',
      name: 'web',
      namespace: 'apps',
      jqPathExpressions: ['.spec.rules[]?.backendRefs[]?.weight'],
    },
  ]);
  expect(spec('edge').syncPolicy.syncOptions).toContain('RespectIgnoreDifferences=true');
  expect(spec('gateway').ignoreDifferences).toEqual(
    ['web', 'web-canary'].map((name) => ({
      group: '',
      kind: 'Service',
      name,
      namespace: 'apps',
      jsonPointers: ['/spec/selector'],
    })),
  );
  const apart = documents(files().get('argocd/applications.yaml')).map((each) => each.spec);
  expect(apart.some((each) => 'ignoreDifferences' in each)).toBe(false);
});
