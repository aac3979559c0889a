import type { KubeObject } from './kube';

/** Kinds that hold data, or that everything else lives in: they outlive their line in the code. */
const KEPT = new Set([
  'Namespace',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'postgresql.cnpg.io/Cluster',
  'postgresql.cnpg.io/Database',
  'kafka.strimzi.io/Kafka',
  'kafka.strimzi.io/KafkaNodePool',
  'kafka.strimzi.io/KafkaTopic',
  'milvus.io/Milvus',
  'clickhouse.altinity.com/ClickHouseInstallation',
  'clickhouse-keeper.altinity.com/ClickHouseKeeperInstallation',
]);

/** Whether deleting the object would lose data; engines that can, keep it in the cluster. */
export function holdsData(object: KubeObject): boolean {
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
  if (KEPT.has(object.kind) || KEPT.has(`${group}/${object.kind}`)) return true;
  const claims = (object.spec as { volumeClaimTemplates?: readonly unknown[] } | undefined)
    ?.volumeClaimTemplates;
  return object.kind === 'StatefulSet' && (claims?.length ?? 0) > 0;
}
