// A pool whose GPUs are cut by a layout that the GPU Operator was not given.
import type { App } from 'cdk8s';
import { PlatformNamespace } from '../../../lib/cluster';
import { GpuNodePool, GpuOperator } from '../../../lib/compute';
import { Layer } from '../../../lib/core';
import { ground } from '../ground';

function platform(app: App, told: boolean): void {
  const { capacity } = ground(app);
  new PlatformNamespace(capacity, 'gpu-operator', { level: 'privileged' });
  const devices = { mig: ['3g.40gb', '3g.40gb'] };
  const pool = new GpuNodePool(capacity, 'slices', { gpu: 'A100-80', perNode: 8, limit: 8, devices });
  const home = new Layer(app, 'gpu-operator', { phase: 'operators', namespace: 'gpu-operator' });
  new GpuOperator(home, 'gpu-operator', told ? { pools: [pool] } : {});
}

export function faulty(app: App): void {
  platform(app, false);
}

export function repaired(app: App): void {
  platform(app, true);
}
