import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import { LeaderWorkerSets } from '../../lib/cluster';
import { Layer, objectsOf, POLICIES, render, setPolicy, type Tier } from '../../lib/core';

function lws(tier: Tier = 'prod') {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  const layer = new Layer(app, 'lws', { phase: 'operators', namespace: 'lws-system' });
  new LeaderWorkerSets(layer, 'lws');
  return layer;
}

test('lives where its kinds name its webhook, whatever the layer says', () => {
  const [release] = render(lws()).facts.of('release');
  expect(release).toMatchObject({ name: 'lws', namespace: 'lws-system', version: '0.10.0', skipCrds: false });
});

test('two replicas on different nodes in prod, one in dev', () => {
  const replicas = (tier: Tier) => render(lws(tier)).facts.of('release')[0].values.replicaCount;
  expect([replicas('prod'), replicas('dev')]).toEqual([2, 1]);
});

test('its pods ask for what the values say, and are restricted', () => {
  const { facts } = render(lws());
  const [{ template, replicas }] = facts.of('pods');
  const { resources, podSecurityContext } = facts.of('release')[0].values as Record<string, unknown>;
  expect(replicas).toBe(2);
  expect(template.spec.containers[0].resources).toEqual(resources);
  expect(podSecurityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
});

test('the control plane reaches its webhook, and it the API server', () => {
  const [policy] = objectsOf(lws());
  expect(policy.spec).toMatchObject({ ingress: [{ ports: [{ port: 9443 }] }] });
  expect(
    render(lws())
      .facts.of('edge')
      .map(({ why }) => why),
  ).toEqual(['watches groups and makes their pods', 'webhook']);
});
