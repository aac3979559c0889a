import type { App } from 'cdk8s';
import {
  CloudNativePgOperator,
  CnpgPostgres,
  ElastiCacheValkey,
  Layer,
  MilvusCluster,
  MilvusOperator,
  RdsPostgres,
  S3Store,
  SeaweedStore,
  StrimziKafka,
  StrimziOperator,
  ValkeyCache,
} from '../../../lib';

/** One store of each kind; each consumer gets its own database, user or bucket from it. */
export function dataParts(app: App, operators: Layer) {
  // snippet: CloudNativePgOperator
  const cnpg = new CloudNativePgOperator(operators, 'cloudnative-pg');
  // end
  // snippet: StrimziOperator
  const strimzi = new StrimziOperator(operators, 'strimzi');
  // end
  // snippet: MilvusOperator
  const milvusHome = new Layer(app, 'milvus-operator', { phase: 'operators', namespace: 'milvus' });
  const milvus = new MilvusOperator(milvusHome, 'operator');
  // end

  const data = new Layer(app, 'data', { phase: 'data', namespace: 'data' });
  // snippet: CnpgPostgres
  const inside = new CnpgPostgres(data, 'inside', { instances: 3, operator: cnpg.pods });
  // end
  // snippet: RdsPostgres
  const postgres = new RdsPostgres(data, 'postgres', { instanceClass: 'db.r8g.large', storageGiB: 100 });
  // end
  // snippet: ElastiCacheValkey
  const queue = new ElastiCacheValkey(data, 'queue', { role: 'queue', nodeType: 'cache.r7g.large' });
  // end
  // snippet: ValkeyCache
  const cache = new ValkeyCache(data, 'cache', { role: 'cache', memoryGiB: 2 });
  // end
  // snippet: S3Store
  const buckets = new S3Store(data, 'objects');
  const uploads = buckets.bucket('uploads', { expireDays: 30 });
  // end
  // snippet: SeaweedStore
  const laptop = new SeaweedStore(data, 'seaweed');
  // end
  // snippet: StrimziKafka
  const events = new StrimziKafka(data, 'events', { brokers: 3, operator: strimzi.pods });
  events.topic('answers', { partitions: 6 });
  // end
  // snippet: MilvusCluster
  const vectorHome = new Layer(app, 'vectors', { phase: 'data', namespace: 'milvus', after: [data] });
  const vectors = new MilvusCluster(vectorHome, 'vectors', {
    bucket: buckets.bucket('vectors'),
    mode: 'cluster',
    operator: milvus.pods,
  });
  // end
  return { data, inside, postgres, queue, cache, buckets, uploads, laptop, events, vectors };
}
