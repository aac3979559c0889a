import { App, Chart } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { PlatformGuards, type PlatformGuardsProps, PlatformNamespace } from '../../lib/cluster';
import { type KubeObject, objectsOf, POLICIES, type Tier } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { layer } from '../core/tree';

function guards(tier: Tier = 'prod', props: PlatformGuardsProps = {}): KubeObject[] {
  const at = layer('cluster', { tier });
  new PlatformGuards(at, 'guards', props);
  return objectsOf(at);
}

interface Binding {
  readonly policyName: string;
  readonly validationActions: readonly string[];
  readonly matchResources: { readonly namespaceSelector: { readonly matchExpressions: readonly Term[] } };
}
interface Term {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

const policies = (objects: readonly KubeObject[]) =>
  objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');
const bindings = (objects: readonly KubeObject[]) =>
  objects
    .filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding')
    .map(({ spec }) => spec as unknown as Binding);

describe('by default', () => {
  test.each<[Tier, readonly string[]]>([
    ['local', ['Warn', 'Audit']],
    ['dev', ['Warn', 'Audit']],
    ['stg', ['Deny']],
    ['prod', ['Deny']],
  ])('in %s what breaks a rule meets %j', (tier, actions) => {
    for (const { validationActions } of bindings(guards(tier))) expect(validationActions).toEqual(actions);
    expect(POLICIES[tier].guards).toBe(actions[0] === 'Deny' ? 'deny' : 'warn');
  });

  test('each policy is bound, to namespaces that our PlatformNamespace makes and that are not privileged', () => {
    const objects = guards();
    expect(bindings(objects).map(({ policyName }) => policyName)).toEqual(
      policies(objects).map(({ metadata }) => metadata.name),
    );
    const at = layer('cluster');
    new PlatformNamespace(at, 'serving');
    new PlatformNamespace(at, 'gpu-operator', { level: 'privileged' });
    const guarded = objectsOf(at)
      .filter(({ kind }) => kind === 'Namespace')
      .filter(({ metadata }) =>
        bindings(objects).every((binding) => selects(binding, metadata.labels ?? {})),
      );
    expect(guarded.map(({ metadata }) => metadata.name)).toEqual(['serving']);
  });

  test('looks at what changes, so that nothing old is stuck', () => {
    for (const { spec } of policies(guards())) {
      expect(spec).toMatchObject({
        failurePolicy: 'Fail',
        matchConditions: [{ expression: "request.operation == 'CREATE' || object.spec != oldObject.spec" }],
      });
    }
  });
});

test('an action of its own comes before the policy', () => {
  for (const { validationActions } of bindings(guards('prod', { action: 'warn' })))
    expect(validationActions).toEqual(['Warn', 'Audit']);
});

test('lives in no namespace, also in a plain chart', () => {
  const chart = new Chart(new App(), 'plain', { namespace: 'apps', disableResourceNameHashes: true });
  new PlatformGuards(chart, 'guards');
  const objects = objectsOf(chart);
  expect(objects).toHaveLength(10);
  expect(objects.filter(({ metadata }) => metadata.namespace !== undefined)).toEqual([]);
});

test('writes what the API server takes', () => {
  expect(guards().flatMap((object) => validateObject(object))).toEqual([]);
});

/** As the API server reads a selector. */
function selects({ matchResources }: Binding, labels: Readonly<Record<string, string>>): boolean {
  return matchResources.namespaceSelector.matchExpressions.every(({ key, operator, values = [] }) =>
    operator === 'Exists' ? key in labels : !values.includes(labels[key] ?? ''),
  );
}
