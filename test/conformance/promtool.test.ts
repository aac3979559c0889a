import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../lib/core';
import { SGLANG } from '../../lib/observability/rules/sglang';
import { parsePromql } from '../../lib/proofs/promql/parse';
import { queriesOf } from '../../lib/proofs/queries';
import { BROKEN, GOOD } from '../proofs/promql/queries';
import { shortened } from '../proofs/promql/shortened';
import { builtEnvironment, ENVIRONMENTS } from './fixtures/environments';
import { programs, suite, tally } from './fixtures/needs';

suite('promtool', ['promtool'], () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nexus-rules-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What promtool says of the groups of a rule object. */
  const check = (name: string, spec: KubeObject['spec']) => {
    const file = join(folder, `${name}.json`);
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ groups: (spec as { groups: unknown }).groups }));
    const { status, stdout, stderr } = spawnSync(
      programs.path('promtool'),
      ['check', 'rules', '--lint=all', file],
      {
        encoding: 'utf8',
      },
    );
    return { status, said: `${stdout}${stderr}` };
  };

  describe.each(ENVIRONMENTS)('%s', (environment) => {
    test('every rule is accepted by Prometheus', () => {
      const rules = builtEnvironment(environment).rendered.objects.filter(
        ({ json }) => json.kind === 'PrometheusRule',
      );
      expect(rules.length).toBeGreaterThan(0);
      for (const { json } of rules) {
        const { status, said } = check(`${environment}-${json.metadata.name}`, json.spec);
        expect(status, `${json.metadata.name}: ${said}`).toBe(0);
        tally('promtool', Number(/(\d+) rules? found/.exec(said)?.[1] ?? 0), 'rules');
      }
    });
  });

  test.each([
    ['a query that does not parse', { alert: 'A', expr: 'sum(rate(x[5m])' }, /unclosed left parenthesis/],
    ['a field that does not exist', { alert: 'A', expr: 'up == 0', fore: '5m' }, /field fore not found/],
    ['a duration that is none', { alert: 'A', expr: 'up == 0', for: 'five' }, /not a valid duration/],
  ])('%s is refused', (_fault, rule, words) => {
    const { status, said } = check('broken', { groups: [{ name: 'g', rules: [rule] }] });
    expect(status).not.toBe(0);
    expect(said).toMatch(words);
    tally('promtool', 1, 'broken rules refused');
  });

  /** Queries among these that Prometheus does not read. */
  const refused = (name: string, queries: readonly string[]): ReadonlySet<string> => {
    const rules = queries.map((expr, index) => ({ record: `r${index}`, expr }));
    const { said } = check(name, { groups: [{ name: 'g', rules }] });
    const numbers = [...said.matchAll(/rule (\d+), "r\d+"/g)].map(([, number]) => Number(number) - 1);
    return new Set(numbers.map((number) => queries[number]));
  };
  const disagreed = (name: string, queries: readonly string[]) => {
    const no = refused(name, queries);
    tally('promtool', queries.length, 'queries judged like our own reader');
    return queries.filter((query) => 'fault' in parsePromql(query) !== no.has(query));
  };

  test('our reader of queries and Prometheus agree on every shape of the language', () => {
    expect([...refused('good', GOOD)]).toEqual([]);
    const no = refused('broken', BROKEN);
    expect(BROKEN.filter((query) => !no.has(query))).toEqual([]);
    expect(disagreed('shapes', [...GOOD, ...BROKEN])).toEqual([]);
  });

  test('they agree on all of our queries, and on each with any one character less', () => {
    const ours = ENVIRONMENTS.flatMap((name) => queriesOf(builtEnvironment(name).rendered)).map(
      ({ text }) => text,
    );
    const whole = [...new Set([...ours, ...SGLANG.rules.map(({ expr }) => expr), ...GOOD])];
    const all = [...new Set([...whole, ...whole.flatMap(shortened)])];
    expect(all.length).toBeGreaterThan(3000);
    expect(disagreed('shortened', all)).toEqual([]);
  });
});
