// An autoscaler and a number of replicas on one workload.
import type { App } from 'cdk8s';
import { ground, object, service } from '../ground';

const scaler = (target: string) => ({
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target },
    minReplicas: 2,
    maxReplicas: 4,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
      },
    ],
  },
});

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { replicas: 2 });
  object(apps, 'autoscaling/v2', 'HorizontalPodAutoscaler', 'web', scaler('web'));
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', { scaled: { by: 'HorizontalPodAutoscaler/apps/web', max: 4 } });
  object(apps, 'autoscaling/v2', 'HorizontalPodAutoscaler', 'web', scaler('web'));
}
