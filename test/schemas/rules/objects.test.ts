import { describe, expect, test } from 'vitest';
import { problems } from './fixtures';

const object = (apiVersion: string, kind: string, fields: object) =>
  problems({ apiVersion, kind, metadata: { name: 'x' }, ...fields });

describe('access', () => {
  const role = (kind: string, rules: object[]) => object('rbac.authorization.k8s.io/v1', kind, { rules });

  test('a rule grants verbs on resources of groups', () => {
    expect(role('Role', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }])).toEqual([]);
    expect(role('Role', [{ verbs: [] }])).toMatchInlineSnapshot(`
      [
        "rules[0].verbs: must have one verb or more",
        "rules[0].apiGroups: must have one group or more; the core group is ''",
        "rules[0].resources: must have one resource or more",
      ]
    `);
    const urls = { nonResourceURLs: ['/metrics'], verbs: ['get'] };
    expect(role('ClusterRole', [urls])).toEqual([]);
    expect(role('Role', [urls])).toMatchInlineSnapshot(`
      [
        "rules[0].nonResourceURLs: must be absent: a Role grants inside a namespace",
      ]
    `);
    expect(role('ClusterRole', [{ ...urls, apiGroups: [''] }])).toMatchInlineSnapshot(`
      [
        "rules[0]: grants resources and URLs: write two rules",
      ]
    `);
  });

  test('a binding names a role and whom it is for', () => {
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' };
    const subjects = [
      { kind: 'ServiceAccount', name: 'x' },
      { kind: 'Robot', name: 'x' },
    ];
    expect(
      object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', { roleRef, subjects }),
    ).toMatchInlineSnapshot(`
      [
        "roleRef.kind: must be ClusterRole, not 'Role'",
        "subjects[0].namespace: is required for a ServiceAccount",
        "subjects[1].kind: must be ServiceAccount, User or Group, not 'Robot'",
      ]
    `);
  });

  test('a binding is complete', () => {
    const roleRef = { apiGroup: 'example.com', kind: 'Role', name: '' };
    const subjects = [{ kind: 'ServiceAccount', name: 'x', namespace: 'y', apiGroup: 'example.com' }];
    expect(
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef, subjects }),
    ).toMatchInlineSnapshot(`
      [
        "roleRef.apiGroup: must be 'rbac.authorization.k8s.io', not 'example.com'",
        "roleRef.name: is required",
        "subjects[0].apiGroup: must be '' for a ServiceAccount",
      ]
    `);
  });

  test('names of roles may hold colons, not slashes', () => {
    const named = (name: string) =>
      problems({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name } });
    expect(named('system:Reader')).toEqual([]);
    expect(named('a/b')).toMatchInlineSnapshot(`
      [
        "metadata.name: 'a/b' must not hold '/' or '%', nor be '.' or '..'",
      ]
    `);
  });
});

describe('scaling', () => {
  test('an autoscaler has a most that is not below its least', () => {
    const scaler = (spec: object) =>
      object('autoscaling/v2', 'HorizontalPodAutoscaler', {
        spec: { scaleTargetRef: { kind: 'X', name: 'x' }, ...spec },
      });
    expect(scaler({ minReplicas: 2, maxReplicas: 2 })).toEqual([]);
    expect(scaler({ minReplicas: 3, maxReplicas: 2 })).toMatchInlineSnapshot(`
      [
        "spec.maxReplicas: is 2, less than minReplicas 3",
      ]
    `);
    expect(
      scaler({ minReplicas: 0, maxReplicas: 2, metrics: [{ type: 'Resource' }] }),
    ).toMatchInlineSnapshot(`
      [
        "spec.minReplicas: must be at least 1, not 0",
        "spec.metrics[0]: has no source",
      ]
    `);
  });

  test('a budget says one thing', () => {
    const budget = (spec: object) => object('policy/v1', 'PodDisruptionBudget', { spec });
    expect(budget({ maxUnavailable: 1, selector: {} })).toEqual([]);
    expect(budget({ maxUnavailable: 1, minAvailable: '120%' })).toMatchInlineSnapshot(`
      [
        "spec: has minAvailable and maxUnavailable: only one may be set",
        "spec.minAvailable: must be a number of pods or a percentage such as 50%, not 120%",
      ]
    `);
  });
});

describe('storage', () => {
  test('a claim has a mode and a size', () => {
    const claim = (spec: object) => object('v1', 'PersistentVolumeClaim', { spec });
    expect(
      claim({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage: 0 } } }),
    ).toMatchInlineSnapshot(`
      [
        "spec.resources.requests.storage: must be more than 0, and is 0",
      ]
    `);
    expect(claim({ storageClassName: 'GP3' })).toMatchInlineSnapshot(`
      [
        "spec.accessModes: must have one mode or more",
        "spec.resources.requests.storage: is required",
        "spec.storageClassName: 'GP3' must be lower-case letters, digits, '-' and '.', starting and ending with a letter or digit",
      ]
    `);
  });
});

describe('stored templates', () => {
  test('are checked as pods', () => {
    expect(
      object('v1', 'PodTemplate', { template: { spec: { containers: [{ name: 'x' }] } } }),
    ).toMatchInlineSnapshot(`
      [
        "template.spec.containers[0].image: is required",
      ]
    `);
  });
});
