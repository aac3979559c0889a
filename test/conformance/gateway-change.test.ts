import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtEnvironment } from './fixtures/environments';
import { programs, suite } from './fixtures/needs';

interface Metric {
  readonly name: string;
  readonly provider: { readonly prometheus: { readonly query: string } };
}

/** Requests of old or new replicas of the gateway in each minute. */
interface Side {
  readonly good: number;
  /** Errors of the server. */
  readonly failed?: number;
  /** What the caller did wrong. */
  readonly refused?: number;
  /** Those that the gateway itself holds for more than 2 s. */
  readonly slow?: number;
}

const HASH = '7d5f9c';

suite('gateway-change', ['promtool'], () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nexus-gateway-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const objects = builtEnvironment('prod').rendered.objects.map(({ json }) => json);
  const find = (kind: string, name: string) => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`prod has no ${kind} ${name}`);
    return found;
  };
  const { metrics } = find('AnalysisTemplate', 'gateway-canary-is-worse').spec as {
    readonly metrics: readonly Metric[];
  };
  const file = (name: string, content: object | string) => {
    const path = join(folder, name);
    // JSON is YAML.
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };

  /** Metrics of the analysis that Prometheus itself finds something by, after 15 minutes of such requests. */
  function found(old: Side, fresh: Side): readonly string[] {
    const series = ({ good, failed = 0, refused = 0, slow = 0 }: Side, pod: string) => {
      const of = `namespace="gateway",pod="${pod}"`;
      const all = good + failed + refused;
      const counted = (name: string, labels: string, count: number) => ({
        series: `${name}{${labels}}`,
        values: `0+${count}x20`,
      });
      const bucket = (le: string, count: number) =>
        counted('litellm_overhead_latency_metric_bucket', `${of},le="${le}"`, count);
      const failures = 'litellm_proxy_failed_requests_metric_total';
      return [
        counted('litellm_proxy_total_requests_metric_total', of, all),
        ...(failed ? [counted(failures, `${of},exception_status="500"`, failed)] : []),
        ...(refused ? [counted(failures, `${of},exception_status="429"`, refused)] : []),
        ...[bucket('0.5', all - slow), bucket('2', all - slow), bucket('5', all), bucket('+Inf', all)],
      ];
    };
    const rules = metrics.map(({ name, provider }) => ({
      alert: 'Found',
      expr: provider.prometheus.query.replaceAll('{{args.hash}}', HASH),
      labels: { metric: name },
    }));
    const test = {
      interval: '1m',
      input_series: [...series(old, 'gateway-6b8c-old'), ...series(fresh, `gateway-${HASH}-new`)],
      alert_rule_test: [
        { eval_time: '15m', alertname: 'Found', exp_alerts: [{ exp_labels: { metric: 'none' } }] },
      ],
    };
    const rule_files = [file('rules.json', { groups: [{ name: 'analysis', rules }] })];
    const { stdout, stderr } = spawnSync(
      programs.path('promtool'),
      ['test', 'rules', file('test.json', { rule_files, evaluation_interval: '1m', tests: [test] })],
      { encoding: 'utf8' },
    );
    const got = `${stdout}${stderr}`.split(/got:/)[1];
    if (got === undefined) throw new Error(`promtool says: ${stdout}${stderr}`);
    return [...got.matchAll(/metric="(\w+)"/g)].map(([, metric]) => metric).sort();
  }

  const FINE: Side = { good: 1000 };

  test.each<readonly [string, Side, Side, readonly string[]]>([
    ['as good as the old ones', FINE, { good: 50 }, []],
    ['without a request', FINE, { good: 0 }, []],
    ['with too few to say', FINE, { good: 1, failed: 1 }, []],
    ['that fail', FINE, { good: 48, failed: 2 }, ['errors', 'success']],
    ['that fail as the old ones do', { good: 900, failed: 100 }, { good: 45, failed: 5 }, []],
    ['that refuse more', FINE, { good: 45, refused: 5 }, ['success']],
    ['that refuse as the old ones do', { good: 900, refused: 100 }, { good: 46, refused: 5 }, []],
    ['that are slow', FINE, { good: 50, slow: 5 }, ['latency']],
    ['that are as slow as the old ones', { good: 1000, slow: 100 }, { good: 50, slow: 5 }, []],
    ['that fail with all requests', { good: 0 }, { good: 900, failed: 100 }, ['errors', 'success']],
  ])('new replicas %s', (_, old, fresh, expected) => {
    expect(found(old, fresh)).toEqual(expected);
  });

  const { data } = find('ConfigMap', 'gateway-canary-smoke-opt-smoke') as unknown as {
    data: Record<string, string>;
  };

  /** The smoke test of prod's gateway against one that answers so. */
  async function smoke(answer: (path: string, key?: string) => readonly [number, unknown]) {
    const server = createServer((request, response) => {
      const [status, body] = answer(request.url ?? '', request.headers.authorization);
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const args = [file('smoke.py', data['smoke.py']), url, '6', file('names', data.names)];
    const result = await new Promise<{ code: number | null; text: string }>((resolve) => {
      const child = spawn('python3', args, { env: { PATH: process.env.PATH, MASTER_KEY: 'sk-test' } });
      let text = '';
      child.stdout.on('data', (chunk) => (text += chunk));
      child.stderr.on('data', (chunk) => (text += chunk));
      child.on('close', (code) => resolve({ code, text: text.replaceAll(url, '<url>').trim() }));
    });
    server.closeAllConnections();
    server.close();
    return result;
  }

  const names = data.names.split('\n');
  const list = (known: readonly string[]) => ({ data: known.map((id) => ({ id })) });

  test('the smoke test passes who is ready and knows every name, with the key', async () => {
    expect(names).toContain('chat');
    const { code, text } = await smoke((path, key) =>
      path === '/health/readiness' ? [200, {}] : key === 'Bearer sk-test' ? [200, list(names)] : [401, 'no'],
    );
    expect({ code, text }).toEqual({ code: 0, text: `ready, and knows ${names.length} names` });
  });

  test('and nobody else', async () => {
    const ready = (path: string) => path === '/health/readiness';
    const lacks = await smoke((path) => [
      200,
      ready(path) ? {} : list(names.filter((name) => name !== 'chat')),
    ]);
    expect(lacks.code).toBe(1);
    expect(lacks.text).toContain('the new gateway fails: it does not know chat; it knows ');
    const fails = await smoke((path) => (ready(path) ? [500, 'no database'] : [200, list(names)]));
    expect(fails).toEqual({
      code: 1,
      text: 'the new gateway fails: <url>/health/readiness answers 500: no database',
    });
    const away = await smoke(() => [503, 'starting']);
    expect(away.text.split('\n').at(-1)).toBe(
      'the new gateway fails: <url>/health/readiness was not there in time: 503',
    );
  });
});
