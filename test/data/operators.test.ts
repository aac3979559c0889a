import { describe, expect, test } from 'vitest';
import type { Layer } from '../../lib/core';
import { CloudNativePgOperator, MilvusOperator, StrimziOperator } from '../../lib/data';
import { facts, faults, stores } from './tree';

const release = (scope: Layer) => facts(scope).of('release')[0];

describe.each([
  ['CloudNativePgOperator', CloudNativePgOperator, 'replicaCount', 8080],
  ['StrimziOperator', StrimziOperator, 'replicas', 8080],
  ['MilvusOperator', MilvusOperator, 'replicaCount', 8080],
] as const)('%s', (_, Operator, replicas, port) => {
  const scope = stores();
  const operator = new Operator(scope, 'operator');

  test('asks in its values for what its footprint declares', () => {
    const [pods] = facts(scope).of('pods');
    const { values } = release(scope);
    expect(values[replicas]).toBe(pods.replicas);
    expect(values.resources).toEqual(pods.template.spec.containers[0].resources);
  });

  test('brings its kinds, reaches the API server and shows its metrics', () => {
    expect(facts(scope).of('provides')[0].kinds?.length).toBeGreaterThan(1);
    expect(
      facts(scope)
        .of('edge')
        .some(({ to }) => 'outside' in to && to.outside === 'apiServer'),
    ).toBe(true);
    expect(operator.metrics).toMatchObject([{ portNumber: port }]);
    expect(faults(scope)).toEqual([]);
  });
});

test('the API server reaches the webhooks of CloudNativePG, which fail closed', () => {
  const scope = stores();
  new CloudNativePgOperator(scope, 'cnpg');
  expect(
    facts(scope)
      .of('edge')
      .filter(({ from }) => 'outside' in from),
  ).toMatchObject([{ from: { outside: 'controlPlane' }, ports: [9443] }]);
});

test('Strimzi writes restricted pods and no policies of its own', () => {
  const scope = stores();
  new StrimziOperator(scope, 'strimzi');
  expect(release(scope).values).toMatchObject({
    watchAnyNamespace: true,
    generateNetworkPolicy: false,
    podDisruptionBudget: { enabled: true },
    extraEnvs: [{ name: 'STRIMZI_POD_SECURITY_PROVIDER_CLASS', value: 'restricted' }],
  });
});

test('one replica of an operator in dev, two in prod, and one Milvus operator everywhere', () => {
  const replicas = (tier: 'dev' | 'prod') => {
    const scope = stores(tier);
    new CloudNativePgOperator(scope, 'cnpg');
    new MilvusOperator(scope, 'milvus');
    return facts(scope)
      .of('pods')
      .map((pods) => pods.replicas);
  };
  expect(replicas('dev')).toEqual([1, 1]);
  expect(replicas('prod')).toEqual([2, 1]);
});
