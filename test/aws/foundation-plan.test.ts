import { describe, expect, test } from 'vitest';
import { planFoundation } from '../../lib/aws';
import { logRetention } from '../../lib/aws/log-groups';
import { factsOf, inputs, needsOf, planOf } from './fixture';

const { prod } = inputs;

test('a plan is JSON, and the same every time', () => {
  const plan = planOf('prod');
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  expect(JSON.stringify(planOf('prod'))).toBe(JSON.stringify(plan));
});

test('a platform that keeps nothing in AWS gets no store, no store network and no key for it', () => {
  const plan = planFoundation(prod, factsOf(prod.cluster, []));
  expect(plan.keys.map(({ id }) => id)).toEqual(['cluster']);
  expect([plan.subnetGroups, plan.securityGroups, plan.databases, plan.caches]).toEqual([[], [], [], []]);
});

test('the same need of two constructs is one resource', () => {
  const needs = needsOf(prod.cluster, true);
  const twice = planFoundation(prod, factsOf(prod.cluster, [...needs, needs[0]]));
  expect(twice.buckets).toEqual(planOf('prod').buckets);
});

test('one secret that two constructs need says why both do', () => {
  const secretPath = 'nexus/prod/providers/anthropic';
  const facts = factsOf(prod.cluster, [
    { kind: 'supplied-secret', secretPath, why: 'claude' },
    { kind: 'supplied-secret', secretPath, why: 'the evaluation' },
  ]);
  expect(
    planFoundation(prod, facts).suppliedSecrets.map(({ path, description }) => [path, description]),
  ).toEqual([[secretPath, 'Filled by hand: claude; the evaluation']]);
});

test('two different needs of one name are refused', () => {
  const needs = needsOf(prod.cluster, true);
  const facts = factsOf(prod.cluster, [...needs, { ...needs[0], keep: false } as (typeof needs)[number]]);
  expect(() => planFoundation(prod, facts)).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: bucket weights: is needed twice, with different settings
      why: both would become the same AWS resource
      fix: give one of the two another name]
  `);
});

test('a cluster outside AWS has no foundation', () => {
  const { aws: _, ...cluster } = prod.cluster;
  expect(() =>
    planFoundation({ ...prod, cluster }, factsOf(prod.cluster, [])),
  ).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: prod: has no 'aws' section
      why: a foundation is planned for an account and a region
      fix: name account, region and zones, or deliver the manifests alone]
  `);
});

test.each([
  [1, 1],
  [2, 3],
  [30, 30],
  [31, 60],
  [9000, 2557],
])('logs asked for %d days stay %d', (asked, days) => {
  expect(logRetention(asked)).toBe(days);
});

describe('names that AWS limits', () => {
  test.each(['prod', 'dev'] as const)('%s', (environment) => {
    const plan = planOf(environment);
    for (const { name } of plan.roles) expect(name.length).toBeLessThanOrEqual(64);
    for (const { name } of plan.buckets) expect(name.length).toBeLessThanOrEqual(63);
    for (const { name } of plan.caches) expect(name.length).toBeLessThanOrEqual(40);
  });
});
