// A pool with a fixed number of nodes, of which Karpenter takes no notice.
import type { App } from 'cdk8s';
import { GpuNodePool, Karpenter } from '../../../lib/compute';
import { Layer } from '../../../lib/core';
import { ground } from '../ground';

function pool(app: App, staticCapacity: boolean): void {
  const { capacity } = ground(app);
  const home = new Layer(app, 'karpenter', { phase: 'nodes', namespace: 'kube-system' });
  new Karpenter(home, 'karpenter', { staticCapacity });
  new GpuNodePool(capacity, 'l4', { gpu: 'L4', limit: 3, static: 2, instanceTypes: ['g6.2xlarge'] });
}

export function faulty(app: App): void {
  pool(app, false);
}

export function repaired(app: App): void {
  pool(app, true);
}
