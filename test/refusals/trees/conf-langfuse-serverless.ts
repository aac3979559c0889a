// Langfuse on a cache that may evict its jobs, as every serverless one does.
import type { App } from 'cdk8s';
import { ElastiCacheValkey, RdsPostgres, S3Store } from '../../../lib/data';
import { ClickHouse, ClickHouseOperator, LangfuseStack } from '../../../lib/observability';
import { ground } from '../ground';

function traces(app: App, role: 'cache' | 'queue'): void {
  const { apps, operators } = ground(app);
  const operator = new ClickHouseOperator(operators, 'clickhouse', { namespaces: ['apps'] });
  new LangfuseStack(apps, 'langfuse', {
    postgres: new RdsPostgres(apps, 'postgres'),
    queue: new ElastiCacheValkey(apps, 'jobs', { role }),
    objects: new S3Store(apps, 'objects'),
    clickhouse: new ClickHouse(apps, 'traces', { operator: operator.pods }),
  });
}

export function faulty(app: App): void {
  traces(app, 'cache');
}

export function repaired(app: App): void {
  traces(app, 'queue');
}
