import type { App } from 'cdk8s';
import {
  BatchPriorities,
  BatchQueue,
  EfaDevicePlugin,
  GpuNodePool,
  GpuOperator,
  Karpenter,
  KarpenterCrds,
  Layer,
  NodeBuffer,
  NodePool,
  SystemNodes,
} from '../../../lib';

/** Nodes, and whoever starts them. */
export function nodeParts(app: App, base: Layer) {
  // snippet: SystemNodes
  new SystemNodes(base, 'system-nodes', { instanceType: 'm7g.xlarge' });
  // end
  // snippet: KarpenterCrds
  const kinds = new Layer(app, 'karpenter-crds', { phase: 'nodes' });
  new KarpenterCrds(kinds, 'crds');
  // end
  // snippet: Karpenter
  const home = new Layer(app, 'karpenter', { phase: 'nodes', namespace: 'kube-system', after: [kinds] });
  new Karpenter(home, 'karpenter', {
    overlays: true, // for pools that divide their GPUs
    capacityBuffers: true, // for NodeBuffer
  });
  // end

  const capacity = new Layer(app, 'capacity', { phase: 'capacity' });
  // snippet: NodePool
  const general = new NodePool(capacity, 'general', { limit: 256 });
  // end
  // snippet: GpuNodePool
  const l40s = new GpuNodePool(capacity, 'l40s', { gpu: 'L40S', perNode: 4, limit: 20 });
  const slices = new GpuNodePool(capacity, 'slices', {
    gpu: 'A100-80',
    perNode: 8,
    devices: { mig: ['3g.40gb', '3g.40gb'] },
    limit: 8,
  });
  // end
  const l4 = new GpuNodePool(capacity, 'l4', { gpu: 'L4', limit: 8 });
  const large = new GpuNodePool(capacity, 'h100', {
    gpu: 'H100',
    perNode: 8,
    efa: true,
    zones: ['us-east-1a'],
    limit: 16,
  });
  const spot = new GpuNodePool(capacity, 'batch', { gpu: 'L4', capacity: 'spot', limit: 4 });

  // snippet: GpuOperator
  const gpus = new Layer(app, 'gpu-operator', { phase: 'operators', namespace: 'gpu-operator' });
  new GpuOperator(gpus, 'gpu-operator', { pools: [l40s, slices] });
  // end
  // snippet: EfaDevicePlugin
  const efa = new Layer(app, 'efa', { phase: 'operators', namespace: 'kube-system' });
  new EfaDevicePlugin(efa, 'efa');
  // end
  // snippet: NodeBuffer
  const kept = new Layer(app, 'kept', { phase: 'apps', namespace: 'serving' });
  new NodeBuffer(kept, 'l40s-buffer', { pool: l40s, nodes: 1 });
  // end
  // snippet: BatchQueue
  const batch = new Layer(app, 'batch', { phase: 'apps', namespace: 'batch' });
  new BatchQueue(batch, 'batch-queue', { pool: spot, namespaces: ['batch'] });
  // end
  // snippet: BatchPriorities
  new BatchPriorities(batch, 'priorities');
  // end
  return { general, l40s, slices, l4, large, spot, batch };
}
