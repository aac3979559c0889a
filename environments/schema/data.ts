import { oneOf } from '../choices';
import { objectOf, optional } from '../fields';
import { enumOf, integer, number, string } from '../scalars';

const storageGiB = optional(integer('Size of the disk, in GiB', { min: 1 }));

const rds = objectOf('Amazon RDS', {
  class: optional(
    string('Instance class', {
      pattern: /^db\.[a-z0-9-]+\.[a-z0-9]+$/,
      format: 'a class such as db.r8g.large',
    }),
  ),
  storageGiB,
});

const cnpg = objectOf('CloudNativePG in the cluster', {
  instances: optional(integer("Members; absent means the tier's number", { min: 1 })),
  storageGiB,
});

const redis = (about: string) =>
  oneOf(about, {
    by: 'kind',
    of: {
      elasticache: objectOf('Amazon ElastiCache', {
        node: optional(
          string('Node type', {
            pattern: /^cache\.[a-z0-9-]+\.[a-z0-9]+$/,
            format: 'a node type such as cache.r7g.large',
          }),
        ),
      }),
      valkey: objectOf('Valkey in the cluster', {
        memoryGiB: optional(number('Memory for data, in GiB', { above: 0 })),
      }),
    },
  });

/** The stores that the platform keeps its state in. */
export const data = objectOf('Databases, caches, events, vectors and objects', {
  postgres: oneOf('PostgreSQL: rds or cnpg', { by: 'kind', of: { rds, cnpg }, notBuilt: ['aurora'] }),
  cache: redis('What may be lost at any time: elasticache or valkey'),
  queue: redis('What must not be evicted: elasticache or valkey'),
  events: oneOf('Kafka: strimzi', {
    by: 'kind',
    of: {
      strimzi: objectOf('Kafka by Strimzi in the cluster', {
        brokers: optional(integer("Brokers; absent means the tier's number", { min: 1 })),
        storageGiB,
      }),
    },
    notBuilt: ['msk'],
  }),
  vectors: oneOf('Vector database: milvus', {
    by: 'kind',
    of: {
      milvus: objectOf('Milvus in the cluster', {
        mode: optional(enumOf('One process or many', ['standalone', 'cluster'])),
      }),
    },
    notBuilt: ['pgvector', 'qdrant'],
  }),
  objects: oneOf('Object store: s3 or seaweedfs', {
    by: 'kind',
    of: { s3: objectOf('Amazon S3', {}), seaweedfs: objectOf('SeaweedFS in the cluster', {}) },
  }),
});
