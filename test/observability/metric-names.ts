/** Series of the exporters, as upstream names them: what a query of ours may read. */
export const SERIES: ReadonlySet<string> = new Set([
  // vLLM 0.33
  ...['vllm:num_requests_running', 'vllm:num_requests_waiting', 'vllm:kv_cache_usage_perc'],
  ...['vllm:num_preemptions_total', 'vllm:prompt_tokens_total', 'vllm:generation_tokens_total'],
  ...['vllm:prefix_cache_hits_total', 'vllm:prefix_cache_queries_total', 'vllm:request_success_total'],
  ...['vllm:time_to_first_token_seconds_bucket', 'vllm:inter_token_latency_seconds_bucket'],
  'vllm:e2e_request_latency_seconds_bucket',
  // SGLang 0.5
  ...['sglang:num_running_reqs', 'sglang:num_queue_reqs', 'sglang:token_usage', 'sglang:cache_hit_rate'],
  ...['sglang:gen_throughput', 'sglang:time_to_first_token_seconds_bucket'],
  // LiteLLM 1.106
  ...['litellm_proxy_total_requests_metric_total', 'litellm_proxy_failed_requests_metric_total'],
  ...['litellm_deployment_state', 'litellm_deployment_successful_fallbacks_total'],
  ...['litellm_remaining_team_budget_metric', 'litellm_callback_logging_failures_metric_total'],
  // DCGM exporter, default counters
  ...['DCGM_FI_DEV_XID_ERRORS', 'DCGM_FI_DEV_ROW_REMAP_FAILURE', 'DCGM_FI_DEV_GPU_TEMP'],
  ...['DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_POWER_USAGE', 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE'],
  // CloudNativePG 1.30, default queries
  ...['cnpg_pg_replication_lag', 'cnpg_pg_stat_archiver_last_failed_time'],
  ...['cnpg_pg_stat_archiver_last_archived_time', 'cnpg_pg_database_xid_age', 'cnpg_backends_waiting_total'],
  // Strimzi 1.2, metrics reporter
  'kafka_controller_kafkacontroller_offlinepartitionscount',
  'kafka_server_replicamanager_underminisrpartitioncount',
  'kafka_server_replicamanager_underreplicatedpartitions',
  // ClickHouse 26.4
  ...['ClickHouseMetrics_ReadonlyReplica', 'ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay'],
  // redis_exporter 1.80
  ...['redis_up', 'redis_memory_used_bytes', 'redis_memory_max_bytes', 'redis_instance_info'],
  // kube-state-metrics 2.20
  ...['kube_pod_status_unschedulable', 'kube_pod_container_status_last_terminated_reason'],
  ...['kube_pod_container_status_restarts_total', 'kube_pod_container_status_waiting_reason'],
  // External Secrets 2, cert-manager 1.21
  ...['externalsecret_status_condition', 'certmanager_certificate_expiration_timestamp_seconds'],
  'certmanager_certificate_ready_status',
]);

const WORDS = new Set([
  ...['and', 'avg', 'by', 'clamp_min', 'histogram_quantile', 'increase', 'max', 'max_over_time', 'min'],
  ...['on', 'or', 'rate', 'sum', 'time', 'unless', 'vector'],
]);

/** The series that a query reads: what is neither a function, a keyword nor between braces or brackets. */
export function seriesOf(query: string): string[] {
  const bare = query
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replace(/\b(by|on)\s*\([^)]*\)/g, '');
  return [...new Set(bare.match(/[A-Za-z_:][\w:]*/g) ?? [])].filter(
    (name) => !WORDS.has(name) && !/^e\d*$/.test(name),
  );
}
