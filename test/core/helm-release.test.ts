import { expect, test } from 'vitest';
import { HelmRelease, type HelmReleaseProps, render } from '../../lib/core';
import { find, layer } from './tree';

const base: HelmReleaseProps = {
  name: 'keda',
  chart: 'keda',
  repository: 'https://charts.example.com',
  version: '2.20.2',
  footprint: {
    operator: {
      labels: { app: 'keda-operator' },
      replicas: 2,
      containers: [{ name: 'operator', cpu: '100m', memory: '128Mi', ports: { metrics: 8080 } }],
    },
  },
};

test.each([
  ['a range', '^2.20.0'],
  ['nothing exact', 'latest'],
])('%s is no version', (_, version) => {
  expect(() => new HelmRelease(layer(), 'Release', { ...base, version })).toThrow(
    `version '${version}' is not exact`,
  );
});

test('null in values is refused, with its path', () => {
  const values = { controller: { resources: [{ limits: null }] } };
  expect(() => new HelmRelease(layer(), 'Release', { ...base, values })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/Release (HelmRelease): values.controller.resources.0.limits is null
      why: one engine drops it, another keeps it, and Helm reads null as "delete the default"
      fix: leave the key out, or switch the default off by the value the chart documents]
  `);
});

test('a text that YAML 1.1 reads as a boolean is refused', () => {
  expect(() => new HelmRelease(layer(), 'Release', { ...base, values: { mode: 'off' } })).toThrow(
    "values.mode is the text 'off'",
  );
});

test('the footprint becomes pods and a policy of their own', () => {
  const l = layer('keda');
  const release = new HelmRelease(l, 'Release', base);
  release.pods('operator').pods.allowFromControlPlane(9443);
  expect(find(l, 'NetworkPolicy', 'keda-operator')).toMatchObject({
    spec: { podSelector: { matchLabels: { app: 'keda-operator' } } },
  });
  expect(render(l).facts.of('pods')[0]).toMatchObject({
    owner: 'release/keda/keda#operator',
    maker: 'chart',
    replicas: 2,
    template: { spec: { containers: [{ resources: { requests: { cpu: '100m', memory: '128Mi' } } }] } },
  });
  expect(release.pods('operator').metrics('metrics')).toMatchObject({ port: 'metrics', portNumber: 8080 });
  expect(() => release.pods('webhook')).toThrow("keda has no pods 'webhook'; it has operator");
});
