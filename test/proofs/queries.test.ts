import { describe, expect, test } from 'vitest';
import { metricExists } from '../../lib/proofs/metric-exists';
import { queryParses } from '../../lib/proofs/query-parses';
import { refusals, type Scene } from './scene';

const rule = (expr: string, more: object = { alert: 'A' }) => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'rules', namespace: 'apps' },
  spec: { groups: [{ name: 'g', rules: [{ ...more, expr }] }] },
});
const scaler = (query: string) => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'chat', namespace: 'apps' },
  spec: {
    scaleTargetRef: { name: 'chat' },
    triggers: [
      { type: 'cron', metadata: { start: '0 8 * * *' } },
      { type: 'prometheus', metadata: { query } },
    ],
  },
});
const dashboard = (expr: string, variable = 'label_values(up, job)') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'board', namespace: 'apps', labels: { grafana_dashboard: '1' } },
  data: {
    'board.json': JSON.stringify({
      panels: [{ title: 'Row', panels: [{ title: 'Load', targets: [{ expr }] }] }],
      templating: { list: [{ name: 'job', query: { query: variable } }] },
    }),
  },
});
const model = (engine: string) => ({
  alias: 'chat',
  model: 'Qwen/Qwen3-8B',
  engine,
  gpusPerReplica: 0,
  replicas: { min: 1, max: 2 },
});
const exists = (scene: Scene) => refusals(metricExists, scene);

describe('query-parses', () => {
  const parses = (object: object) => refusals(queryParses, { objects: [object] });

  test('names the rule, the fault and its place', () => {
    expect(parses(rule('rate(x) > 1'))).toMatchInlineSnapshot(`
      "PrometheusRule/apps/rules: alert A: 'rate' takes values over a time, such as [5m] after the series, and is given one value of each series (character 6 of \`rate(x) > 1\`)
        why: the operator of Prometheus refuses the object, or Prometheus its whole file: no alert of it ever fires
        fix: write the query as Prometheus reads it; \`promtool promql format\` shows how"
    `);
  });

  test('reads the queries of autoscalers and of panels, also inside rows', () => {
    expect(parses(scaler('sum(x'))).toMatch(/^ScaledObject\/apps\/chat: triggers\[1\]: 'sum' wants '\)'/);
    expect(parses(dashboard('sum(x'))).toMatch(/^ConfigMap\/apps\/board: board.json, panel 'Load': /);
    expect(parses(dashboard('up', 'label_values(up{, job)'))).toContain('variable job');
  });

  test('fills in what Grafana would', () => {
    expect(parses(dashboard('rate(x{a=~"$b"}[$__rate_interval])'))).toBe('');
    expect(parses(dashboard('rate(x[$__interval])'))).toBe('');
  });
});

describe('metric-exists', () => {
  test('knows what vLLM had once, and what took its place', () => {
    expect(exists({ objects: [rule('vllm:gpu_cache_usage_perc > 0.9')] })).toMatchInlineSnapshot(`
      "PrometheusRule/apps/rules: alert A reads vllm:gpu_cache_usage_perc, which vllm 0.33.0 does not tell
        why: a query without series is no error to Prometheus: the alert never fires, the graph stays empty
        fix: read another one: vllm:kv_cache_usage_perc took its place"
    `);
  });

  test.each([
    ['a counter without its ending', 'rate(vllm:prompt_tokens[5m])', 'vllm:prompt_tokens_total'],
    [
      'a histogram without its buckets',
      'vllm:time_to_first_token_seconds',
      'vllm:time_to_first_token_seconds_',
    ],
    ['a slip', 'sglang:num_queue_req', 'sglang:num_queue_reqs'],
  ])('refuses %s', (_, query, meant) => {
    expect(exists({ objects: [rule(query)] })).toContain(`did you mean '${meant}`);
  });

  test('leaves alone what nobody has listed whole, and what rules compute', () => {
    const objects = [
      rule('sum(my_app_requests_total) + redis_commands_total'),
      { ...rule('sum(vllm:num_requests_waiting)', { record: 'vllm:waiting:sum' }), metadata: { name: 'r' } },
      dashboard('vllm:waiting:sum'),
    ];
    expect(exists({ objects })).toBe('');
  });

  test('DCGM tells what its list says', () => {
    const metrics = [
      { object: 'PodMonitor/gpu-operator/dcgm', exporter: 'dcgm', series: ['DCGM_FI_DEV_GPU_UTIL'] },
    ] as const;
    const objects = [rule('DCGM_FI_DEV_GPU_UTIL > DCGM_FI_DEV_MEM_COPY_UTIL')];
    expect(exists({ objects, facts: { metrics } })).toMatchInlineSnapshot(`
      "PrometheusRule/apps/rules: alert A reads DCGM_FI_DEV_MEM_COPY_UTIL, which the dcgm exporter here does not tell
        why: a query without series is no error to Prometheus: the alert never fires, the graph stays empty
        fix: read another one; did you mean 'DCGM_FI_DEV_GPU_UTIL'?"
    `);
    expect(exists({ objects })).toBe('');
  });

  test('an autoscaler reads what its own engine tells', () => {
    const objects = [scaler('sum(vllm:num_requests_waiting)')];
    expect(exists({ objects, facts: { model: [model('sglang')] } })).toMatchInlineSnapshot(`
      "ScaledObject/apps/chat: triggers[1] reads vllm:num_requests_waiting, and 'chat' runs on sglang, which does not tell it
        why: a query without series is no number: the scaler falls back to what runs, and no load changes that
        fix: read one of its own: sglang:num_queue_reqs is the same"
    `);
    expect(exists({ objects, facts: { model: [model('vllm')] } })).toBe('');
    expect(exists({ objects, facts: { model: [model('simulator')] } })).toBe('');
    const preempted = [scaler('sum(rate(vllm:num_preemptions_total[5m]))')];
    expect(exists({ objects: preempted, facts: { model: [model('vllm')] } })).toBe('');
    expect(exists({ objects: preempted, facts: { model: [model('simulator')] } })).toContain(
      'does not tell it',
    );
  });

  test('an autoscaler reads what somebody collects', () => {
    const objects = [scaler('sum(DCGM_FI_DEV_GPU_UTIL)')];
    const metrics = [{ object: 'PodMonitor/apps/chat', exporter: 'vllm' }] as const;
    expect(exists({ objects, facts: { metrics } })).toMatchInlineSnapshot(`
      "ScaledObject/apps/chat: triggers[1] reads DCGM_FI_DEV_GPU_UTIL, and nothing that tells it is scraped here
        why: a query without series is no number: the scaler falls back to what runs, and no load changes that
        fix: scrape what tells DCGM_FI_DEV_GPU_UTIL, or scale by something else"
    `);
    expect(exists({ objects: [rule('DCGM_FI_DEV_GPU_UTIL > 1')], facts: { metrics } })).toBe('');
    // Somebody may have written a monitor for it by hand.
    expect(exists({ objects: [scaler('sum(redis_commands_total)')], facts: { metrics } })).toBe('');
  });
});
