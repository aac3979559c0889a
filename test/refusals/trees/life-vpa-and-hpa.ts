// Requests that change by themselves, under an autoscaler that follows a share of them.
import type { App } from 'cdk8s';
import { VerticalPodAutoscaler } from '../../../lib/cluster';
import { ground, object, service } from '../ground';

function sized(app: App, updateMode: string): void {
  const { apps, operators } = ground(app);
  new VerticalPodAutoscaler(operators, 'vpa');
  service(apps, 'web', { replicas: 2, scaled: { by: 'HorizontalPodAutoscaler/apps/web', max: 4 } });
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } };
  object(apps, 'autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
    spec: {
      scaleTargetRef: target,
      minReplicas: 2,
      maxReplicas: 4,
      metrics: [{ type: 'Resource', resource }],
    },
  });
  object(apps, 'autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', 'web', {
    spec: { targetRef: target, updatePolicy: { updateMode } },
  });
}

export function faulty(app: App): void {
  sized(app, 'Recreate');
}

export function repaired(app: App): void {
  sized(app, 'Off');
}
