import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whose metrics somebody has listed. */
export type MetricSource =
  | 'vllm'
  | 'sglang'
  | 'triton'
  | 'tensorrtllm'
  | 'simulator'
  | 'litellm'
  | 'llm-d'
  | 'dcgm'
  | 'cnpg'
  | 'strimzi'
  | 'clickhouse'
  | 'redis'
  | 'kube-state-metrics'
  | 'external-secrets'
  | 'cert-manager';

/** What one source tells. */
export interface MetricTable {
  /** What names of it begin with, and of no other. */
  readonly prefix: string | readonly string[];
  /** Version of the list; absent where whoever deploys it chooses what it tells. */
  readonly version?: string;
  /** It tells nothing that is not listed: else the list holds what our own queries read. */
  readonly complete: boolean;
  /** Names of series, as queries write them. */
  readonly series: ReadonlySet<string>;
}

interface ByKind {
  readonly version: string;
  readonly gauges: readonly string[];
  readonly counters: readonly string[];
  readonly histograms: readonly string[];
  /** Their kind is not known. */
  readonly any: readonly string[];
}

const counter = (name: string): string => (name.endsWith('_total') ? name : `${name}_total`);
const histogram = (name: string): string[] => ['_bucket', '_sum', '_count'].map((end) => name + end);

/** The series that Prometheus finds for what a program registers. */
function seriesOf({ gauges, counters, histograms, any }: Omit<ByKind, 'version'>): ReadonlySet<string> {
  return new Set([
    ...gauges,
    ...counters.map(counter),
    ...histograms.flatMap(histogram),
    ...any.flatMap((name) => [name, counter(name), ...histogram(name)]),
  ]);
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const some = (prefix: string, version: string, series: string): MetricTable => ({
  prefix,
  version,
  complete: false,
  series: new Set(words(series)),
});

/** From its documentation: a part of what vLLM tells. */
const SIMULATOR = {
  gauges: words(
    'num_requests_running num_requests_waiting lora_requests_info kv_cache_usage_perc cache_config_info',
  ),
  counters: words('prompt_tokens generation_tokens request_success'),
  histograms: words(
    `request_params_max_tokens request_prompt_tokens request_generation_tokens max_num_generation_tokens
    e2e_request_latency_seconds request_inference_time_seconds request_queue_time_seconds
    request_prefill_time_seconds request_decode_time_seconds time_to_first_token_seconds
    time_per_output_token_seconds inter_token_latency_seconds`,
  ),
  any: [],
};

/** All that Triton registers itself and tells unasked; its counters have no ending. Backends may tell more of their own. */
const TRITON = words(
  `nv_inference_request_success nv_inference_request_failure nv_inference_count nv_inference_exec_count
  nv_inference_request_duration_us nv_inference_queue_duration_us nv_inference_compute_input_duration_us
  nv_inference_compute_infer_duration_us nv_inference_compute_output_duration_us nv_inference_pending_request_count
  nv_model_load_duration_secs nv_pinned_memory_pool_total_bytes nv_pinned_memory_pool_used_bytes nv_gpu_utilization
  nv_gpu_memory_total_bytes nv_gpu_memory_used_bytes nv_gpu_power_usage nv_gpu_power_limit nv_energy_consumption
  nv_cpu_utilization nv_cpu_memory_total_bytes nv_cpu_memory_used_bytes`,
);

/** What the backend of TensorRT-LLM adds to them: a gauge for each word of a label, and how long prompts and answers are. */
const TENSORRTLLM = [
  ...words(
    `nv_trt_llm_request_metrics nv_trt_llm_runtime_memory_metrics nv_trt_llm_kv_cache_block_metrics
    nv_trt_llm_disaggregated_serving_metrics nv_trt_llm_inflight_batcher_metrics nv_trt_llm_v1_metrics
    nv_trt_llm_general_metrics`,
  ),
  ...['nv_llm_input_token_len', 'nv_llm_output_token_len'].flatMap(histogram),
];

/** What our own queries read of sources that tell far more. */
const PARTS: Readonly<Partial<Record<MetricSource, MetricTable>>> = {
  litellm: some(
    'litellm_',
    '1.106',
    `litellm_proxy_total_requests_metric_total litellm_proxy_failed_requests_metric_total litellm_deployment_state
    litellm_deployment_successful_fallbacks_total litellm_remaining_team_budget_metric
    litellm_callback_logging_failures_metric_total litellm_overhead_latency_metric_bucket`,
  ),
  'llm-d': some(
    'llm_d_epp_',
    '0.10.0',
    `llm_d_epp_average_queue_size llm_d_epp_average_kv_cache_utilization llm_d_epp_average_running_requests
    llm_d_epp_ready_endpoints llm_d_epp_per_endpoint_queue_size`,
  ),
  cnpg: some(
    'cnpg_',
    '1.30',
    `cnpg_pg_replication_lag cnpg_pg_stat_archiver_last_failed_time cnpg_pg_stat_archiver_last_archived_time
    cnpg_pg_database_xid_age cnpg_backends_waiting_total`,
  ),
  strimzi: some(
    'kafka_',
    '1.2',
    `kafka_controller_kafkacontroller_offlinepartitionscount kafka_server_replicamanager_underminisrpartitioncount
    kafka_server_replicamanager_underreplicatedpartitions`,
  ),
  clickhouse: some(
    'ClickHouse',
    '26.4',
    'ClickHouseMetrics_ReadonlyReplica ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay',
  ),
  redis: some(
    'redis_',
    '1.80',
    'redis_up redis_memory_used_bytes redis_memory_max_bytes redis_instance_info',
  ),
  'kube-state-metrics': some(
    'kube_',
    '2.20',
    `kube_pod_status_unschedulable kube_pod_container_status_last_terminated_reason
    kube_pod_container_status_restarts_total kube_pod_container_status_waiting_reason`,
  ),
  'external-secrets': some('externalsecret_', '2', 'externalsecret_status_condition'),
  'cert-manager': some(
    'certmanager_',
    '1.21',
    'certmanager_certificate_expiration_timestamp_seconds certmanager_certificate_ready_status',
  ),
};

let tables: Readonly<Record<MetricSource, MetricTable>> | undefined;

/** What each source tells. */
export function metricTables(): Readonly<Record<MetricSource, MetricTable>> {
  if (tables) return tables;
  const engines = JSON.parse(readFileSync(join(__dirname, 'data/engine-metrics.json'), 'utf8')) as Readonly<
    Record<'vllm' | 'sglang', ByKind>
  >;
  const whole = (prefix: string, { version, ...kinds }: ByKind): MetricTable => ({
    prefix,
    version,
    complete: true,
    series: seriesOf(kinds),
  });
  const speaking = (names: readonly string[]) => names.map((name) => `vllm:${name}`);
  const { gauges, counters, histograms, any } = SIMULATOR;
  tables = {
    vllm: whole('vllm:', engines.vllm),
    sglang: whole('sglang:', engines.sglang),
    // Before the shorter one.
    tensorrtllm: {
      prefix: ['nv_trt_llm_', 'nv_llm_'],
      version: '26.07',
      complete: true,
      series: new Set([...TRITON, ...TENSORRTLLM]),
    },
    triton: { prefix: 'nv_', version: '26.07', complete: true, series: new Set(TRITON) },
    simulator: whole('vllm:', {
      version: '0.10.2',
      gauges: speaking(gauges),
      counters: speaking(counters),
      histograms: speaking(histograms),
      any,
    }),
    // Whoever deploys the exporter lists what it tells.
    dcgm: { prefix: 'DCGM_FI_', complete: false, series: new Set() },
    ...PARTS,
  } as Record<MetricSource, MetricTable>;
  return tables;
}

/** Whose a series is, by the beginning of its name; undefined where nobody knows. */
export function sourceOf(series: string): MetricSource | undefined {
  const all = Object.entries(metricTables()) as [MetricSource, MetricTable][];
  return all.find(([, { prefix }]) => [prefix].flat().some((begin) => series.startsWith(begin)))?.[0];
}
