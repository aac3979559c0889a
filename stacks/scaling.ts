import { entryOf } from '../environments';
import type { Keda } from '../lib/cluster';
import type { Layer } from '../lib/core';
import type { PrometheusStack } from '../lib/observability';
import { ModelAutoscaler, type ModelServer, type TritonService } from '../lib/serving';
import type { Building } from './doors';

/** Whoever scales the models that may have more replicas than they begin with. */
export function autoscalers(
  { environment: { models }, from }: Building,
  serving: Layer,
  servers: readonly (ModelServer | TritonService)[],
  { url, port, prometheus }: PrometheusStack,
  keda: Keda | undefined,
): void {
  for (const server of servers) {
    if (server.replicas.max === server.replicas.min) continue;
    const model = models[server.model];
    const autoscale = 'autoscale' in model ? model.autoscale : undefined;
    const scale = () =>
      new ModelAutoscaler(serving, `${server.model}-scaler`, { ...autoscale, server, prometheus: url });
    from.try(`${entryOf(models, server.model)}.${autoscale ? 'autoscale' : 'replicas'}`, scale);
  }
  if (keda) prometheus.allowFrom(keda.operator, { port, why: 'queues of models' });
}
