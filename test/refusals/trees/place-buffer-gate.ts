// Room that nobody keeps free, since Karpenter does not listen to CapacityBuffers.
import type { App } from 'cdk8s';
import { GpuNodePool, Karpenter, NodeBuffer } from '../../../lib/compute';
import { Layer } from '../../../lib/core';
import { ground } from '../ground';

function buffer(app: App, capacityBuffers: boolean): void {
  const { apps, capacity } = ground(app);
  const home = new Layer(app, 'karpenter', { phase: 'nodes', namespace: 'kube-system' });
  new Karpenter(home, 'karpenter', { capacityBuffers });
  const pool = new GpuNodePool(capacity, 'l4', { gpu: 'L4', limit: 2 });
  new NodeBuffer(apps, 'l4-buffer', { pool, nodes: 1 });
}

export function faulty(app: App): void {
  buffer(app, false);
}

export function repaired(app: App): void {
  buffer(app, true);
}
