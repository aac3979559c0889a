import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import { ArgoRollouts } from '../../lib/cluster';
import { Layer, POLICIES, render, setPolicy, type Tier } from '../../lib/core';

function rollouts(tier: Tier = 'prod') {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  const layer = new Layer(app, 'rollouts', { phase: 'operators', namespace: 'argo-rollouts' });
  new ArgoRollouts(layer, 'rollouts');
  return render(app).facts;
}

interface Values {
  readonly controller: {
    readonly replicas: number;
    readonly resources: object;
    readonly trafficRouterPlugins: readonly { readonly name: string; readonly location: string }[];
    readonly initContainers: readonly { readonly image: string; readonly command: readonly string[] }[];
    readonly volumeMounts: readonly { readonly mountPath: string }[];
  };
  readonly providerRBAC: { readonly providers: Readonly<Record<string, boolean>> };
}

const valuesOf = (tier?: Tier) => rollouts(tier).of('release')[0].values as unknown as Values;

test('its plugin is copied out of a pinned image, to where it is loaded from', () => {
  const { trafficRouterPlugins, initContainers, volumeMounts } = valuesOf().controller;
  const [{ image, command }] = initContainers;
  expect(image).toMatch(/gatewayapi:v\d+\.\d+\.\d+$/);
  expect(trafficRouterPlugins).toEqual([
    { name: 'argoproj-labs/gatewayAPI', location: `file://${command.at(-1)}` },
  ]);
  expect(command.at(-1)).toContain(`${volumeMounts[0].mountPath}/`);
});

test('may steer the Gateway API and nothing else', () => {
  const { providers } = valuesOf().providerRBAC;
  expect(Object.entries(providers).flatMap(([name, on]) => (on ? [name] : []))).toEqual(['gatewayAPI']);
});

test('two controllers in prod, one in dev; their pods ask for what the values say', () => {
  expect([valuesOf('prod'), valuesOf('dev')].map(({ controller }) => controller.replicas)).toEqual([2, 1]);
  const [{ template, replicas }] = rollouts().of('pods');
  expect(replicas).toBe(2);
  expect(template.spec.containers[0].resources).toEqual(valuesOf().controller.resources);
  const { initContainers = [], volumes = [] } = template.spec;
  expect(initContainers.map(({ name }) => name)).toEqual(['copy-gateway-plugin']);
  // A stand-in of it is made of this alone.
  expect(volumes.map(({ name }) => name)).toEqual(['gateway-plugin']);
});
