import { entryOf } from '../environments';
import type { Keda } from '../lib/cluster';
import type { Layer } from '../lib/core';
import type { PrometheusStack } from '../lib/observability';
import {
  type Autoscale,
  DisaggregatedService,
  ModelAutoscaler,
  type ModelServer,
  type Scalable,
  type TritonService,
} from '../lib/serving';
import type { Building } from './doors';

/** Whoever scales the models that may have more replicas than they begin with. */
export function autoscalers(
  { environment: { models }, from }: Building,
  serving: Layer,
  servers: readonly (ModelServer | TritonService)[],
  { url, port, prometheus }: PrometheusStack,
  keda: Keda | undefined,
): void {
  const scale = (server: Scalable, at: string, autoscale: Autoscale | undefined) => {
    if (server.replicas.max === server.replicas.min) return;
    from.try(
      `${at}.${autoscale ? 'autoscale' : 'replicas'}`,
      () => new ModelAutoscaler(serving, `${server.model}-scaler`, { ...autoscale, server, prometheus: url }),
    );
  };
  for (const server of servers) {
    const model = models[server.model];
    const at = entryOf(models, server.model);
    if (server instanceof DisaggregatedService) {
      const roles = 'disaggregated' in model ? model.disaggregated : undefined;
      scale(server, `${at}.disaggregated.decode`, roles?.decode.autoscale);
      scale(server.prefill, `${at}.disaggregated.prefill`, roles?.prefill.autoscale);
    } else scale(server, at, 'autoscale' in model ? model.autoscale : undefined);
  }
  if (keda) prometheus.allowFrom(keda.operator, { port, why: 'queues of models' });
}
