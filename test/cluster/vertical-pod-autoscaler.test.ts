import { App } from 'cdk8s';
import { expect, test } from 'vitest';
import { VerticalPodAutoscaler } from '../../lib/cluster';
import { Layer, POLICIES, render, setPolicy, type Tier } from '../../lib/core';

function vpa(tier: Tier = 'prod') {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  new VerticalPodAutoscaler(new Layer(app, 'vpa', { phase: 'operators', namespace: 'vpa' }), 'vpa');
  return render(app).facts;
}

interface Values {
  readonly admissionController: { readonly enabled: boolean };
  readonly updater: { readonly enabled: boolean };
  readonly recommender: { readonly replicas: number; readonly resources: object };
}
const valuesOf = (tier?: Tier) => vpa(tier).of('release')[0].values as unknown as Values;

test('recommends, and nothing of it changes pods', () => {
  const { admissionController, updater } = valuesOf();
  expect([admissionController.enabled, updater.enabled]).toEqual([false, false]);
  expect(vpa().of('pods')).toHaveLength(1);
});

test('two in prod, one in dev; its pods ask for what the values say', () => {
  expect([valuesOf('prod'), valuesOf('dev')].map(({ recommender }) => recommender.replicas)).toEqual([2, 1]);
  const [{ template, replicas }] = vpa().of('pods');
  expect(replicas).toBe(2);
  expect(template.spec.containers[0].resources).toEqual(valuesOf().recommender.resources);
});
