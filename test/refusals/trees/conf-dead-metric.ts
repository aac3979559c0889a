// An autoscaler that follows a metric which its engine no longer has.
import type { App } from 'cdk8s';
import { Keda } from '../../../lib/cluster';
import { declare } from '../../../lib/core';
import { ground, object, service } from '../ground';

function scaled(app: App, metric: string): void {
  const { apps, operators } = ground(app);
  new Keda(operators, 'keda');
  declare(operators, 'provides', { objects: [{ id: 'Service/operators/prometheus', ports: [9090] }] });
  service(apps, 'chat', { scaled: { by: 'ScaledObject/apps/chat', max: 4 } });
  const query = `sum(${metric}{namespace="apps",model_name="chat"})`;
  object(apps, 'keda.sh/v1alpha1', 'ScaledObject', 'chat', {
    spec: {
      scaleTargetRef: { name: 'chat' },
      minReplicaCount: 2,
      maxReplicaCount: 4,
      triggers: [
        {
          type: 'prometheus',
          metadata: { serverAddress: 'http://prometheus.operators.svc:9090', query, threshold: '0.8' },
        },
      ],
    },
  });
}

export function faulty(app: App): void {
  scaled(app, 'vllm:gpu_cache_usage_perc');
}

export function repaired(app: App): void {
  scaled(app, 'vllm:kv_cache_usage_perc');
}
