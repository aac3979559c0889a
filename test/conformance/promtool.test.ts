import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../lib/core';
import { type RuleGroup, written } from '../../lib/observability/rules/rule';
import { SGLANG } from '../../lib/observability/rules/sglang';
import { TENSORRTLLM } from '../../lib/observability/rules/tensorrtllm';
import { TRITON } from '../../lib/observability/rules/triton';
import { parsePromql } from '../../lib/proofs/promql/parse';
import { queriesOf } from '../../lib/proofs/queries';
import { ask } from '../../lib/serving/signals';
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

  /** Alerts of a group that Prometheus itself fires after half an hour of what is told. */
  function firedOf({ name, rules: group }: RuleGroup, input_series: readonly object[]): string[] {
    const file = (end: string, content: object) => {
      const path = join(folder, `${name}${end}.json`);
      writeFileSync(path, JSON.stringify(content));
      return path;
    };
    const rules = group.map((rule) => written(rule, 'https://example.com/runbooks'));
    const alerts = group.flatMap((rule) => ('alert' in rule ? [rule.alert] : []));
    const alert_rule_test = alerts.map((alertname) => ({
      eval_time: '30m',
      alertname,
      exp_alerts: [{ exp_labels: { of: 'nothing' } }],
    }));
    const tests = [{ interval: '1m', input_series, alert_rule_test }];
    const rule_files = [file('', { groups: [{ name, rules }] })];
    const { stdout, stderr } = spawnSync(
      programs.path('promtool'),
      ['test', 'rules', file('-test', { rule_files, evaluation_interval: '1m', tests })],
      { encoding: 'utf8' },
    );
    // It prints what it expected and what it got; what it got is what is asked here.
    const got = `${stdout}${stderr}`.split(/got:/).slice(1);
    if (got.length !== alerts.length) throw new Error(`promtool says: ${stdout}${stderr}`);
    tally('promtool', alerts.length, 'alerts of Triton judged');
    return got.flatMap((text) => /alertname="(\w+)"/.exec(text.split(/exp:/)[0])?.[1] ?? []);
  }

  /** A model on Triton, by what is added to its counters in each minute; 100 requests of 20 ms, each on its own. */
  interface Minute {
    readonly good?: number;
    readonly failed?: number;
    readonly hungUp?: number;
    /** Milliseconds of a request, and of its waiting. */
    readonly ms?: number;
    readonly waitMs?: number;
    readonly pending?: number;
  }

  /** Alerts of Triton that Prometheus itself fires after half an hour of such minutes. */
  function fired({ good = 100, failed = 0, hungUp = 0, ms = 20, waitMs = 1, pending = 0 }: Minute): string[] {
    const of = 'container="vision",model="resnet50",version="1"';
    const counter = (name: string, count: number, more = '') => ({
      series: `nv_inference_${name}{${of}${more}}`,
      values: `0+${count}x40`,
    });
    const input_series = [
      counter('request_success', good),
      counter('exec_count', good),
      counter('request_failure', failed, ',reason="BACKEND"'),
      counter('request_failure', hungUp, ',reason="CANCELED"'),
      counter('request_duration_us', good * ms * 1000),
      counter('queue_duration_us', good * waitMs * 1000),
      { series: `nv_inference_pending_request_count{${of}}`, values: `${pending}x40` },
    ];
    return firedOf(TRITON, input_series);
  }

  test.each<readonly [string, Minute, readonly string[]]>([
    ['is well', {}, []],
    ['is idle', { good: 0 }, []],
    ['fails', { good: 80, failed: 20 }, ['ModelRequestsFail']],
    ['fails always', { good: 0, failed: 100 }, ['ModelRequestsFail']],
    ['is hung up on', { good: 80, hungUp: 20 }, []],
    ['lets requests wait', { ms: 2000, waitMs: 1500, pending: 40 }, ['ModelRequestsQueue']],
    ['is slow by itself', { ms: 2000, waitMs: 100 }, []],
    ['waits for its batch', { ms: 80, waitMs: 50, pending: 30 }, []],
    ['hangs', { good: 0, pending: 5 }, ['ModelComputesNothing']],
  ])('a model on Triton that %s', (_, minute, alerts) => {
    expect(fired(minute)).toEqual(alerts);
  });

  /** An engine of TensorRT-LLM with 8 places in its batch, on two replicas that are told of alike. */
  interface Engine {
    /** Requests that have a place, and those of them without room in the cache. */
    readonly active?: number;
    readonly waiting?: number;
    /** Part of its cache that is in use. */
    readonly cache?: number;
    /** Steps of each replica in each minute. */
    readonly steps?: readonly [number, number];
    /** Before its first request it tells no size. */
    readonly max?: number;
  }

  const ofEngine = ({ active = 4, waiting = 0, cache = 0.5, steps = [1200, 1200], max = 8 }: Engine) =>
    firedOf(
      TENSORRTLLM,
      ['writer-0', 'writer-1'].flatMap((pod, index) => {
        const series = (name: string, of: string, values: string) => ({
          series: `nv_trt_llm_${name}{container="writer",pod="${pod}",model="tensorrt_llm",version="1",${of}}`,
          values,
        });
        return [
          series('request_metrics', 'request_type="active"', `${active}x40`),
          series('request_metrics', 'request_type="max"', `${max}x40`),
          series('request_metrics', 'request_type="waiting"', `${waiting}x40`),
          series('kv_cache_block_metrics', 'kv_cache_block_type="fraction"', `${cache}x40`),
          series('general_metrics', 'general_type="iteration_counter"', `0+${steps[index]}x40`),
        ];
      }),
    );

  test.each<readonly [string, Engine, readonly string[]]>([
    ['works', {}, []],
    ['is idle', { active: 0, steps: [0, 0] }, []],
    ['was asked nothing yet', { active: 0, steps: [0, 0], max: 0, cache: 0 }, []],
    ['has no place left', { active: 8 }, ['ModelBatchIsFull']],
    ['has no room left', { active: 6, waiting: 3, cache: 0.98 }, ['ModelCacheIsFull']],
    ['has a full cache that is enough', { cache: 0.99 }, []],
    ['hangs on one of two replicas', { steps: [1200, 0] }, ['ModelComputesNothing']],
  ])('an engine of TensorRT-LLM that %s', (_, engine, alerts) => {
    expect(ofEngine(engine)).toEqual(alerts);
  });

  test.each([
    ['one full and one half full', [8, 4], 8, 1.5],
    ['one idle', [8, 0], 8, 1],
    ['nothing asked yet', [0, 0], 0, 0],
  ] as const)('what replicas of such an engine are scaled by: %s', (_, active, max, value) => {
    const server = {
      model: 'writer',
      namespace: 'serving',
      card: 'whole',
      holder: '',
      nodes: 1,
      tellers: 1,
    } as const;
    const { query } = ask(new App(), 'batch', { ...server, engine: 'tensorrtllm' });
    const input_series = active.flatMap((taken, pod) =>
      Object.entries({ active: taken, max }).map(([type, number]) => ({
        series: `nv_trt_llm_request_metrics{namespace="serving",container="writer",pod="${pod}",request_type="${type}"}`,
        values: `${number}x20`,
      })),
    );
    const promql_expr_test = [{ expr: query, eval_time: '10m', exp_samples: [{ labels: '{}', value }] }];
    const path = join(folder, 'scaler.json');
    writeFileSync(path, JSON.stringify({ tests: [{ interval: '1m', input_series, promql_expr_test }] }));
    const { status, stdout, stderr } = spawnSync(programs.path('promtool'), ['test', 'rules', path], {
      encoding: 'utf8',
    });
    expect(status, `${stdout}${stderr}`).toBe(0);
    tally('promtool', 1, 'loads of an engine computed');
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
    const whole = [
      ...new Set([...ours, ...[...SGLANG.rules, ...TRITON.rules].map(({ expr }) => expr), ...GOOD]),
    ];
    const all = [...new Set([...whole, ...whole.flatMap(shortened)])];
    expect(all.length).toBeGreaterThan(3000);
    expect(disagreed('shortened', all)).toEqual([]);
  });
});
