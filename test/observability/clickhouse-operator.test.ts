import { expect, test } from 'vitest';
import { objectsOf, render } from '../../lib/core';
import { ClickHouseOperator } from '../../lib/observability';
import { validateObject } from '../../lib/schemas';
import { layer } from '../core/tree';

const release = (namespaces?: readonly string[]) => {
  const at = layer('clickhouse-operator');
  const operator = new ClickHouseOperator(at, 'operator', namespaces ? { namespaces } : {});
  const rendered = render(at.node.root);
  return { at, operator, rendered, values: rendered.facts.of('release')[0].values };
};

test('takes the CRDs from the chart itself, not from a Job with an unpinned image', () => {
  const { values, rendered } = release();
  expect(values).toMatchObject({ crdHook: { enabled: false } });
  expect(rendered.facts.of('release')[0].skipCrds).toBe(false);
  expect(rendered.facts.of('provides').flatMap(({ kinds = [] }) => kinds)).toContain(
    'clickhouse.altinity.com/ClickHouseInstallation',
  );
});

test('has a password of its own, under the name that it looks for, and does not start without it', () => {
  const { values, at } = release();
  expect(values).toMatchObject({ fullnameOverride: 'clickhouse-operator', secret: { create: false } });
  const secret = objectsOf(at).find(({ kind }) => kind === 'ExternalSecret');
  expect(secret?.metadata.name).toBe('clickhouse-operator');
  for (const container of ['operator', 'metrics']) {
    expect(values[container]).toMatchObject({
      env: [{ valueFrom: { secretKeyRef: { name: 'clickhouse-operator', key: 'username' } } }],
    });
  }
});

test('looks into its own namespace, or into exactly those it is told', () => {
  expect(release().values.configs).toBeUndefined();
  expect(release(['langfuse']).values.configs).toEqual({
    files: { 'config.yaml': { watch: { namespaces: ['^langfuse$'] } } },
  });
});

test('declares what it sets, and reaches the API server alone', () => {
  const { values, rendered } = release();
  const [pods] = rendered.facts.of('pods');
  for (const [index, key] of ['operator', 'metrics'].entries()) {
    const { resources } = values[key] as { resources: unknown };
    expect(pods.template.spec.containers[index].resources).toEqual(resources);
  }
  expect(rendered.facts.of('edge').map(({ to }) => to)).toEqual([{ outside: 'apiServer' }]);
});

test('writes what the API server takes', () => {
  expect(objectsOf(release().at).flatMap((object) => validateObject(object))).toEqual([]);
});
