import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../lib/core';
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
});
