import { describe, expect, test } from 'vitest';
import { awsWith, localWith } from '../files';

describe('data', () => {
  test('kinds that are not built yet, and kinds that do not exist', () => {
    expect(
      awsWith(['kind: strimzi', 'kind: msk'], ['kind: milvus', 'kind: qdrant'], ['kind: s3', 'kind: minio']),
    ).toMatchInlineSnapshot(`
      "env.yaml
        20:19  data.events.kind: 'msk' is not built yet; available: 'strimzi'
        21:20  data.vectors.kind: 'qdrant' is not built yet; available: 'milvus'
        22:20  data.objects.kind: 'minio' is not one of s3, seaweedfs
      3 problems; nothing was synthesized"
    `);
  });

  test('a kind is needed', () => {
    expect(awsWith(['{ kind: s3 }', '{}'], ['{ kind: rds }', 'rds'])).toMatchInlineSnapshot(`
      "env.yaml
        17:13  data.postgres: is a single value; a map is expected
        22:12  data.objects.kind: is missing: one of s3, seaweedfs
      2 problems; nothing was synthesized"
    `);
  });

  test('keys of another kind', () => {
    expect(
      awsWith(
        ['{ kind: rds }', '{ kind: rds, instances: 3 }'],
        ['kind: elasticache', 'kind: elasticache, memoryGiB: 4'],
      ),
    ).toMatchInlineSnapshot(`
      "env.yaml
        17:26  data.postgres.instances: is not read with kind 'rds', only with 'cnpg'
        18:31  data.cache.memoryGiB: is not read with kind 'elasticache', only with 'valkey'
      2 problems; nothing was synthesized"
    `);
  });

  test('what only AWS has', () => {
    expect(
      localWith(
        ['kind: cnpg', 'kind: rds'],
        ['cache: { kind: valkey', 'cache: { kind: elasticache'],
        ['seaweedfs', 's3'],
      ),
    ).toMatchInlineSnapshot(`
      "env.yaml
        5:21   data.postgres.kind: 'rds' needs AWS, which tier 'local' does not have; use 'cnpg'
        6:18   data.cache.kind: 'elasticache' needs AWS, which tier 'local' does not have; use 'valkey'
        10:20  data.objects.kind: 's3' needs AWS, which tier 'local' does not have; use 'seaweedfs'
      3 problems; nothing was synthesized"
    `);
    expect(localWith(['tier: local', 'tier: dev'], ['seaweedfs', 's3'])).toMatchInlineSnapshot(`
      "env.yaml
        10:20  data.objects.kind: 's3' needs AWS, which an environment without 'aws' does not have; use 'seaweedfs'
      1 problem; nothing was synthesized"
    `);
  });
});
