import { type MetricSource, metricTables, sourceOf } from '../catalog';
import { didYouMean, type Facts } from '../core';
import type { Selector } from './promql/selectors';
import type { Proof, Refusal } from './proof';
import { type Query, queriesOf, recorded } from './queries';

/** What became of names that guides still use. */
const SUCCESSORS: Readonly<Record<string, string>> = {
  'vllm:gpu_cache_usage_perc': 'vllm:kv_cache_usage_perc',
  'vllm:gpu_prefix_cache_hits_total': 'vllm:prefix_cache_hits_total',
  'vllm:gpu_prefix_cache_queries_total': 'vllm:prefix_cache_queries_total',
  'vllm:time_per_output_token_seconds_bucket': 'vllm:inter_token_latency_seconds_bucket',
  'vllm:avg_generation_throughput_toks_per_s': 'vllm:generation_tokens_total',
  'vllm:avg_prompt_throughput_toks_per_s': 'vllm:prompt_tokens_total',
};

/**
 * Every series that a query reads is one that its exporter tells in the pinned version, and what an autoscaler reads
 * is told by the engine that it scales and collected by somebody. Series of exporters that nobody has listed whole are
 * not judged.
 *
 * Fails: scaling by `vllm:gpu_cache_usage_perc`, which vLLM 0.33 no longer has.
 */
export const metricExists: Proof = {
  name: 'metric-exists',
  about:
    'Series that queries read are told by the pinned version of their exporter, and those of scalers collected.',
  check({ rendered }) {
    const queries = queriesOf(rendered);
    const computed = recorded(rendered);
    const findings = queries.flatMap((query) => {
      if ('fault' in query.parsed) return [];
      const faults = query.parsed.selectors
        .filter(({ name }) => name === undefined || !computed.has(name))
        .flatMap((selector) => fault(selector, query, rendered.facts));
      // The same series may stand in a query more than once.
      return [...new Map(faults.map((each) => [each.what, each])).values()];
    });
    return {
      findings,
      checked: queries.length,
      ...(queries.length ? {} : { skipped: 'no queries: nothing here asks Prometheus' }),
    };
  },
};

function fault({ name }: Selector, { object, of, scales }: Query, facts: Facts): Refusal[] {
  const source = name === undefined ? undefined : sourceOf(name);
  if (name === undefined || source === undefined) return [];
  const why = object.startsWith('AnalysisTemplate/')
    ? 'a query without series is no error to Prometheus: nothing is ever found wrong with new pods, or right'
    : scales === undefined
      ? 'a query without series is no error to Prometheus: the alert never fires, the graph stays empty'
      : 'a query without series is no number: the scaler falls back to what runs, and no load changes that';
  const model = facts.of('model').find(({ alias, scaleTarget = alias }) => scaleTarget === scales);
  const engine = model?.tells ?? model?.engine;
  const tables = metricTables();
  const told = engine && engine in tables ? tables[engine as keyof typeof tables] : undefined;
  if (told?.complete && ENGINES.includes(source) && !told.series.has(name)) {
    return [
      {
        object,
        what: `${of} reads ${name}, and '${model?.alias}' runs on ${engine}, which does not tell it`,
        why,
        fix: `read one of its own${own(name, told.series)}`,
      },
    ];
  }
  const collected = facts.of('metrics');
  const by = collected.filter(({ exporter }) => exporter === source);
  if (scales !== undefined && collected.length && !by.length && SCRAPED.includes(source)) {
    return [
      {
        object,
        what: `${of} reads ${name}, and nothing that tells it is scraped here`,
        why,
        fix: `scrape what tells ${name}, or scale by something else`,
      },
    ];
  }
  const { complete, version, series } = tables[source];
  const chosen = by.flatMap((fact) => fact.series ?? []);
  const names = complete ? series : chosen.length ? new Set(chosen) : undefined;
  if (!names || names.has(name)) return [];
  const whose = version === undefined ? `the ${source} exporter here` : `${source} ${version}`;
  return [
    {
      object,
      what: `${of} reads ${name}, which ${whose} does not tell`,
      why,
      fix: `read another one${hint(name, names)}`,
    },
  ];
}

/** Engines, each of which tells its own series and no other's. */
const ENGINES: readonly MetricSource[] = ['vllm', 'sglang', 'triton', 'tensorrtllm'];

/** What is scraped by the platform or by nobody; the rest may have a monitor that somebody wrote by hand. */
const SCRAPED: readonly MetricSource[] = [...ENGINES, 'dcgm', 'llm-d'];

/** What engines call the same thing. */
const SAME: readonly (readonly string[])[] = [
  ['vllm:num_requests_waiting', 'sglang:num_queue_reqs', 'nv_inference_pending_request_count'],
  ['vllm:num_requests_running', 'sglang:num_running_reqs'],
  ['vllm:kv_cache_usage_perc', 'sglang:token_usage', 'nv_trt_llm_kv_cache_block_metrics'],
];

function own(name: string, series: ReadonlySet<string>): string {
  const same = SAME.find((names) => names.includes(name))?.find((each) => series.has(each));
  return same ? `: ${same} is the same` : hint(name, series);
}

function hint(name: string, series: ReadonlySet<string>): string {
  const successor = SUCCESSORS[name];
  return successor && series.has(successor) ? `: ${successor} took its place` : didYouMean(name, series);
}
