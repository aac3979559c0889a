// Two autoscalers on one workload.
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
const SCALED = { scaled: { by: 'HorizontalPodAutoscaler/apps/web', max: 4 } };

export function faulty(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', SCALED);
  object(apps, 'autoscaling/v2', 'HorizontalPodAutoscaler', 'web', scaler('web'));
  object(apps, 'autoscaling/v2', 'HorizontalPodAutoscaler', 'web-too', scaler('web'));
}

export function repaired(app: App): void {
  const { apps } = ground(app);
  service(apps, 'web', SCALED);
  object(apps, 'autoscaling/v2', 'HorizontalPodAutoscaler', 'web', scaler('web'));
}
