// MIG slices of which Karpenter has not been told.
import type { App } from 'cdk8s';
import { GpuNodePool, Karpenter } from '../../../lib/compute';
import { Layer } from '../../../lib/core';
import { ground } from '../ground';

function pool(app: App, overlays: boolean): void {
  const { capacity } = ground(app);
  const home = new Layer(app, 'karpenter', { phase: 'nodes', namespace: 'kube-system' });
  new Karpenter(home, 'karpenter', { overlays });
  const devices = { mig: ['3g.40gb', '3g.40gb'] };
  new GpuNodePool(capacity, 'slices', { gpu: 'A100-80', perNode: 8, limit: 8, devices });
}

export function faulty(app: App): void {
  pool(app, false);
}

export function repaired(app: App): void {
  pool(app, true);
}
