// A batch job on spot nodes whose taint it does not tolerate.
import type { App } from 'cdk8s';
import { GpuNodePool } from '../../../lib/compute';
import { Task } from '../../../lib/core';
import { ground } from '../ground';

function job(app: App, tolerant: boolean): void {
  const { apps, capacity } = ground(app);
  const { placement } = new GpuNodePool(capacity, 'batch', { gpu: 'L4', capacity: 'spot', limit: 8 });
  const { pool, nodeSelector } = placement;
  new Task(apps, 'nightly', {
    image: 'docker.io/example/evaluate:1.2.3',
    resources: { cpu: '2', memory: '8Gi', gpus: 1 },
    deadlineSeconds: 3600,
    placement: tolerant ? placement : { pool, nodeSelector },
  });
}

export function faulty(app: App): void {
  job(app, false);
}

export function repaired(app: App): void {
  job(app, true);
}
