import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import { KServe, KServeCrds } from '../../lib/cluster';
import { Layer, objectsOf, POLICIES, render, setPolicy, type Tier } from '../../lib/core';

function kserve(tier: Tier = 'prod') {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  const crds = new Layer(app, 'kserve-crds', { phase: 'operators', namespace: 'kserve' });
  new KServeCrds(crds, 'crds');
  const layer = new Layer(app, 'kserve', { phase: 'operators', namespace: 'kserve', after: [crds] });
  new KServe(layer, 'kserve');
  return { app, layer };
}

interface Values {
  readonly kserve: { readonly llmisvc: { readonly controller: Readonly<Record<string, unknown>> } };
}
const controller = (tier: Tier = 'prod') =>
  (render(kserve(tier).app).facts.of('release')[1].values as unknown as Values).kserve.llmisvc.controller;

test('kinds and controller are pinned to one version, in the namespace that the kinds name', () => {
  expect(render(kserve().app).facts.of('release')).toMatchObject([
    { chart: 'kserve-llmisvc-crd-minimal', namespace: 'kserve', version: 'v0.20.0' },
    { chart: 'kserve-llmisvc-resources', namespace: 'kserve', version: 'v0.20.0' },
  ]);
});

test('brings no kinds that others bring, and no container that fetches weights', () => {
  const { values, requires } = render(kserve().app).facts.of('release')[1];
  expect(values).toMatchObject({
    kserve: {
      createSharedResources: false,
      certManager: { enabled: true },
      inferenceServiceConfig: { enabled: true },
      llmisvc: { createGIECRDs: false },
    },
  });
  expect(requires).toEqual(['cert-manager.io/Certificate', 'cert-manager.io/Issuer']);
});

test('two replicas on different nodes in prod, one in dev', () => {
  expect([controller('prod').replicas, controller('dev').replicas]).toEqual([2, 1]);
  expect(controller('dev')).not.toHaveProperty('topologySpreadConstraints');
});

test('its pods ask for what the values say, and are spread as they say', () => {
  const [{ template }] = render(kserve().app).facts.of('pods');
  expect(controller().resources).toMatchObject(template.spec.containers[0].resources ?? {});
  // Values are merged into the chart's, whose limit is a tenth of a core.
  expect(controller().resources).toMatchObject({ limits: { cpu: '1' } });
  expect(template.spec.topologySpreadConstraints).toEqual(controller().topologySpreadConstraints);
});

test('the control plane reaches its webhook, and it the API server', () => {
  const [policy] = objectsOf(kserve().layer);
  expect(policy.spec).toMatchObject({ ingress: [{ ports: [{ port: 9443 }] }] });
  expect(
    render(kserve().app)
      .facts.of('edge')
      .map(({ why }) => why),
  ).toEqual(['watches services of models and makes their pods', 'webhook']);
});
