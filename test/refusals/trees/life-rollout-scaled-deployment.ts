// An autoscaler on the Deployment whose pods a Rollout makes.
import type { App } from 'cdk8s';
import { ArgoRollouts } from '../../../lib/cluster';
import { Rollout } from '../../../lib/core';
import { ground, judgement, object, service } from '../ground';

function scaled(app: App, kind: string, apiVersion: string): void {
  const { apps, operators } = ground(app);
  new ArgoRollouts(operators, 'rollouts');
  const scaler = 'HorizontalPodAutoscaler/apps/web';
  const workload = service(apps, 'web', { madeBy: 'web', replicas: 2, scaled: { by: scaler, max: 4 } });
  const ports = { http: 8080 };
  const strategy = { kind: 'blueGreen' } as const;
  new Rollout(apps, 'rollout', { workload, strategy, analysis: judgement(apps), startupSeconds: 60, ports });
  object(apps, 'autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
    spec: {
      scaleTargetRef: { apiVersion, kind, name: 'web' },
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
}

export function faulty(app: App): void {
  scaled(app, 'Deployment', 'apps/v1');
}

export function repaired(app: App): void {
  scaled(app, 'Rollout', 'argoproj.io/v1alpha1');
}
