// A Rollout judged by a template that nobody wrote.
import type { App } from 'cdk8s';
import { ArgoRollouts } from '../../../lib/cluster';
import { Rollout } from '../../../lib/core';
import { ground, judgement, service } from '../ground';

function judged(app: App, during: string): void {
  const { apps, operators } = ground(app);
  new ArgoRollouts(operators, 'rollouts');
  const workload = service(apps, 'web', { madeBy: 'web', replicas: 2 });
  const strategy = { kind: 'blueGreen' } as const;
  const analysis = { ...judgement(apps), during };
  const ports = { http: 8080 };
  new Rollout(apps, 'rollout', { workload, strategy, analysis, startupSeconds: 60, ports, replicas: 2 });
}

export function faulty(app: App): void {
  judged(app, 'wose');
}

export function repaired(app: App): void {
  judged(app, 'worse');
}
