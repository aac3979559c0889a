import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canaryRules } from '../../lib/observability/rules/canary';
import { written } from '../../lib/observability/rules/rule';
import { programs, suite } from './fixtures/needs';

/** Requests of one side in each minute. */
interface Side {
  readonly good: number;
  readonly failed?: number;
  readonly hungUp?: number;
  /** Those that waited for more than 5 s. */
  readonly slow?: number;
}

suite('canary-rules', ['promtool'], () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nexus-canary-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const sides = { model: 'chat', canary: 'new', namespace: 'serving', engine: 'vllm', speaks: true } as const;
  const { name, rules } = canaryRules(sides, {});

  /** Signs that Prometheus itself alerts on after 15 minutes of such requests. */
  function signs(stable: Side, canary: Side): readonly string[] {
    const series = (side: Side, model_name: string) => {
      const { good, failed, hungUp, slow = 0 } = side;
      const labels = `namespace="serving",model_name="${model_name}"`;
      const ended = (reason: string, count: number | undefined) =>
        count === undefined
          ? []
          : [
              {
                series: `vllm:request_success_total{${labels},finished_reason="${reason}"}`,
                values: `0+${count}x20`,
              },
            ];
      const bucket = (le: string, count: number) => ({
        series: `vllm:time_to_first_token_seconds_bucket{${labels},le="${le}"}`,
        values: `0+${count}x20`,
      });
      const all = good + (failed ?? 0) + (hungUp ?? 0);
      return [
        ...ended('stop', good),
        ...ended('error', failed),
        ...ended('abort', hungUp),
        ...[bucket('0.5', all - slow), bucket('5', all - slow), bucket('10', all), bucket('+Inf', all)],
      ];
    };
    const file = (name: string, content: object) => {
      const path = join(folder, name);
      // JSON is YAML.
      writeFileSync(path, JSON.stringify(content));
      return path;
    };
    const group = { name, rules: rules.map((rule) => written(rule, 'https://example.com/runbooks')) };
    const rule_files = [file('rules.json', { groups: [group] })];
    const input_series = [...series(stable, 'chat'), ...series(canary, 'new')];
    const expected = (sign: string) => [
      { eval_time: '15m', alertname: 'CanaryIsWorse', exp_alerts: [{ exp_labels: { sign } }] },
    ];
    const tests = [{ interval: '1m', input_series, alert_rule_test: expected('none') }];
    const { stdout, stderr } = spawnSync(
      programs.path('promtool'),
      ['test', 'rules', file('test.json', { rule_files, evaluation_interval: '1m', tests })],
      { encoding: 'utf8' },
    );
    // It prints what it expected and what it got; what it got is what is asked here.
    const got = `${stdout}${stderr}`.split(/got:/)[1];
    if (got === undefined) throw new Error(`promtool says: ${stdout}${stderr}`);
    return [...got.matchAll(/sign="(\w+)"/g)].map(([, sign]) => sign).sort();
  }

  const FINE: Side = { good: 1000 };

  test.each<readonly [string, Side, Side, readonly string[]]>([
    ['as good as the model', FINE, { good: 100 }, []],
    ['without a request', FINE, { good: 0 }, []],
    ['fails', FINE, { good: 98, failed: 2 }, ['errors', 'success']],
    ['fails less than 1 %', FINE, { good: 995, failed: 5 }, []],
    ['fails where the model fails more', { good: 900, failed: 100 }, { good: 980, failed: 20 }, []],
    ['fails with all requests of its own', { good: 0 }, { good: 900, failed: 100 }, ['errors', 'success']],
    ['fails as the model does', { good: 900, failed: 100 }, { good: 90, failed: 10 }, []],
    ['is hung up on', FINE, { good: 95, hungUp: 5 }, ['success']],
    ['is hung up on as the model is', { good: 900, hungUp: 100 }, { good: 91, hungUp: 9 }, []],
    ['is slow', FINE, { good: 100, slow: 10 }, ['latency']],
    ['is as slow as the model', { good: 1000, slow: 100 }, { good: 100, slow: 10 }, []],
  ])('a canary that %s', (_, stable, canary, expected) => {
    expect(signs(stable, canary)).toEqual(expected);
  });
});
