import type { App } from 'cdk8s';
import {
  ClickHouse,
  ClickHouseOperator,
  LangfuseStack,
  Layer,
  ObservabilityStack,
  PrometheusStack,
} from '../../../lib';
import type { clusterParts } from './cluster';
import type { dataParts } from './data';

/** Who collects metrics; before the models, whose load it tells. */
export function metricsParts(app: App, cluster: ReturnType<typeof clusterParts>) {
  const { secretStores, certificates } = cluster;
  // snippet: PrometheusStack
  const home = new Layer(app, 'monitoring', {
    phase: 'operators',
    namespace: 'monitoring',
    after: [secretStores, certificates],
  });
  const prometheus = new PrometheusStack(home, 'prometheus', {
    retentionDays: 30,
    alerts: { slack: { channel: '#platform-alerts', secret: 'alerts/slack' } },
  });
  // end
  // snippet: ObservabilityStack
  const monitors = new Layer(app, 'monitors', { phase: 'apps', namespace: 'monitoring' });
  const watch = new ObservabilityStack(monitors, 'watch', { prometheus });
  // end
  return { prometheus, watch };
}

/** Where spans of requests go. */
export function watchParts(app: App, operators: Layer, data: ReturnType<typeof dataParts>) {
  // snippet: ClickHouseOperator
  const operator = new ClickHouseOperator(operators, 'clickhouse', { namespaces: ['langfuse'] });
  // end
  // snippet: ClickHouse
  const store = new Layer(app, 'traces', { phase: 'data', namespace: 'langfuse' });
  const clickhouse = new ClickHouse(store, 'traces', { operator: operator.pods });
  // end
  const traceLayer = new Layer(app, 'langfuse', { phase: 'apps', namespace: 'langfuse' });
  // snippet: LangfuseStack
  const langfuse = new LangfuseStack(traceLayer, 'langfuse', {
    postgres: data.postgres,
    queue: data.queue,
    objects: data.buckets,
    clickhouse,
    host: 'traces.example.com',
  });
  // end
  return { traceLayer, langfuse, operator };
}
