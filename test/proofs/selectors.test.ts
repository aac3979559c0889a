import { describe, expect, test } from 'vitest';
import { quantity } from '../../lib/proofs/quantity';
import { matches } from '../../lib/proofs/selectors';
import { selectorsMatch } from '../../lib/proofs/selectors-match';
import { custom, deployment, namespace, podSpec, refusals, service } from './scene';

describe('selectors-match', () => {
  const check = (...objects: object[]) => refusals(selectorsMatch, { objects });
  const selecting = (apiVersion: string, kind: string, app: string) =>
    custom(apiVersion, kind, 'web', { selector: { matchLabels: { app } } });

  test('a Service that selects nothing', () => {
    expect(check(deployment(), service({ selector: { app: 'wep' } }))).toMatchInlineSnapshot(`
      "Service/apps/web: selects app=wep in namespace 'apps', which no pod carries; did you mean app=web?
        why: it has no endpoints: every connection is refused
        fix: select app=web"
    `);
    expect(check(deployment(), service())).toBe('');
  });

  test('a Service of a chart, but not one of a namespace that is not ours', () => {
    const provided = (namespace: string) => ({
      provides: [{ objects: [{ id: `Service/${namespace}/dns`, selects: { app: 'dns' } }] }],
    });
    const scene = { objects: [deployment(), service()], before: { cluster: [namespace('apps')] } };
    expect(refusals(selectorsMatch, { ...scene, facts: provided('apps') })).toContain(
      'Service/apps/dns: selects app=dns',
    );
    expect(refusals(selectorsMatch, { ...scene, facts: provided('kube-system') })).toBe('');
  });

  test('a Service in front of two models', () => {
    const labelled = (name: string) => ({
      ...deployment(podSpec(), { name }),
      spec: { template: { metadata: { labels: { app: name, tier: 'models' } }, spec: podSpec() } },
    });
    expect(
      check(labelled('chat'), labelled('embed'), service({ selector: { tier: 'models' } })),
    ).toMatchInlineSnapshot(`
      "Service/apps/web: selects the pods of 2 owners: Deployment/apps/chat, Deployment/apps/embed
        why: it spreads connections over all of them, whatever each one serves
        fix: select by a label that only one of them carries"
    `);
    expect(check(labelled('chat'), labelled('embed'), service({ selector: { app: 'chat' } }))).toBe('');
  });

  test.each([
    ['policy/v1', 'PodDisruptionBudget'],
    ['monitoring.coreos.com/v1', 'PodMonitor'],
    ['monitoring.coreos.com/v1', 'ServiceMonitor'],
  ])('%s %s', (apiVersion, kind) => {
    const common = [deployment(), service()];
    expect(check(...common, selecting(apiVersion, kind, 'other'))).toContain(
      `${kind}/apps/web: selects app=other`,
    );
    expect(check(...common, selecting(apiVersion, kind, 'web'))).toBe('');
  });

  test('a policy, but not the one of the whole namespace', () => {
    const policy = (podSelector: object) =>
      custom('networking.k8s.io/v1', 'NetworkPolicy', 'web', { podSelector });
    expect(check(deployment(), service(), policy({ matchLabels: { app: 'gone' } }))).toContain(
      'NetworkPolicy/apps/web',
    );
    expect(check(deployment(), service(), policy({}))).toBe('');
  });

  test('pods that a chart or an operator will make count', () => {
    const declared = { spec: podSpec(), metadata: { labels: { app: 'db' } } } as never;
    const pods = {
      owner: 'Cluster/apps/db#pods',
      maker: 'operator',
      namespace: 'apps',
      replicas: 1,
      maxReplicas: 1,
      template: declared,
    } as const;
    expect(refusals(selectorsMatch, { objects: [service({}, 'db')], facts: { pods: [pods] } })).toBe('');
  });

  test('a scaler without its target', () => {
    const scaled = (name: string) =>
      custom('keda.sh/v1alpha1', 'ScaledObject', 'web', { scaleTargetRef: { name } });
    expect(check(deployment(), scaled('wbe'))).toMatchInlineSnapshot(`
      "ScaledObject/apps/web: scales Deployment/apps/wbe, which does not exist; did you mean 'web'?
        why: the scaler reports "unable to get target" and the workload keeps its first replica count
        fix: name 'web'"
    `);
    expect(check(deployment(), scaled('web'))).toBe('');
  });
});

test.each([
  [{ key: 'a', operator: 'In', values: ['1', '2'] }, true],
  [{ key: 'a', operator: 'In', values: ['2'] }, false],
  [{ key: 'a', operator: 'NotIn', values: ['1'] }, false],
  [{ key: 'b', operator: 'NotIn', values: ['1'] }, true],
  [{ key: 'a', operator: 'Exists' }, true],
  [{ key: 'b', operator: 'DoesNotExist' }, true],
  [{ key: 'a', operator: 'DoesNotExist' }, false],
])('%o on a=1: %s', (requirement, expected) => {
  expect(matches({ matchExpressions: [requirement] }, { a: '1' })).toBe(expected);
});

test.each([
  ['500m', 0.5],
  ['2Gi', 2 ** 31],
  ['1.5G', 1.5e9],
  ['1e3', 1000],
  [4, 4],
  ['12Ei', 12 * 2 ** 60],
  ['2 Gi', undefined],
  ['Gi', undefined],
])('quantity %s is %s', (text, expected) => {
  expect(quantity(text)).toBe(expected);
});
