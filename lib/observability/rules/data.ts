import type { RuleGroup } from './rule';

/** Stores that run in the cluster; those of AWS have their alarms there. */
export const DATA: readonly RuleGroup[] = [
  {
    name: 'postgres',
    exporter: 'cnpg',
    rules: [
      {
        alert: 'PostgresReplicaLags',
        expr: 'max by (namespace, pod) (cnpg_pg_replication_lag) > 60',
        minutes: 10,
        severity: 'warning',
        summary: '{{ $labels.namespace }}/{{ $labels.pod }} is {{ $value | humanizeDuration }} behind',
      },
      {
        alert: 'PostgresArchivingFails',
        expr: 'cnpg_pg_stat_archiver_last_failed_time > cnpg_pg_stat_archiver_last_archived_time',
        minutes: 15,
        severity: 'critical',
        summary: '{{ $labels.namespace }}/{{ $labels.pod }} cannot archive its log: backups end here',
      },
      {
        alert: 'PostgresTransactionIdsRunOut',
        expr: 'max by (namespace, pod, datname) (cnpg_pg_database_xid_age) > 500000000',
        minutes: 60,
        severity: 'warning',
        summary: 'Database {{ $labels.datname }} is not vacuumed; it stops at two thousand million',
      },
      {
        alert: 'PostgresConnectionsWait',
        expr: 'sum by (namespace, pod) (cnpg_backends_waiting_total) > 10',
        minutes: 10,
        severity: 'warning',
        summary: '{{ $value }} connections of {{ $labels.namespace }}/{{ $labels.pod }} wait for a lock',
      },
    ],
  },
  {
    name: 'kafka',
    exporter: 'strimzi',
    rules: [
      {
        alert: 'KafkaPartitionsAreOffline',
        expr: 'sum by (namespace) (kafka_controller_kafkacontroller_offlinepartitionscount) > 0',
        minutes: 5,
        severity: 'critical',
        summary: '{{ $value }} partitions in {{ $labels.namespace }} have no leader',
      },
      {
        alert: 'KafkaRefusesWrites',
        expr: 'sum by (namespace) (kafka_server_replicamanager_underminisrpartitioncount) > 0',
        minutes: 5,
        severity: 'critical',
        summary: '{{ $value }} partitions in {{ $labels.namespace }} have too few copies to be written',
      },
      {
        alert: 'KafkaCopiesAreMissing',
        expr: 'sum by (namespace) (kafka_server_replicamanager_underreplicatedpartitions) > 0',
        minutes: 15,
        severity: 'warning',
        summary: '{{ $value }} partitions in {{ $labels.namespace }} lack a copy',
      },
    ],
  },
  {
    name: 'clickhouse',
    exporter: 'clickhouse',
    rules: [
      {
        alert: 'ClickHouseReplicaIsReadOnly',
        expr: 'max by (namespace, pod) (ClickHouseMetrics_ReadonlyReplica) > 0',
        minutes: 5,
        severity: 'critical',
        summary: '{{ $labels.namespace }}/{{ $labels.pod }} has lost its keepers and takes no writes',
      },
      {
        alert: 'ClickHouseReplicaLags',
        expr: 'max by (namespace, pod) (ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay) > 300',
        minutes: 10,
        severity: 'warning',
        summary: '{{ $labels.namespace }}/{{ $labels.pod }} is {{ $value | humanizeDuration }} behind',
      },
    ],
  },
  {
    name: 'cache',
    exporter: 'redis',
    rules: [
      {
        alert: 'CacheIsDown',
        expr: 'min by (namespace, pod) (redis_up) == 0',
        minutes: 5,
        severity: 'critical',
        summary: '{{ $labels.namespace }}/{{ $labels.pod }} does not answer',
      },
      {
        alert: 'QueueIsFull',
        // A cache drops what is old; a queue that reaches its limit refuses every write.
        expr:
          'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.9' +
          ' and on (namespace, pod) redis_instance_info{maxmemory_policy="noeviction"}',
        minutes: 10,
        severity: 'warning',
        summary:
          '{{ $labels.namespace }}/{{ $labels.pod }} uses {{ $value | humanizePercentage }} of its memory',
      },
    ],
  },
];
