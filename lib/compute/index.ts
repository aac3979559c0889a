export { BATCH_PRIORITIES, BatchPriorities } from './batch-priorities';
export { BatchQueue, type BatchQueueProps } from './batch-queue';
export { GPU_TAINT, GpuNodePool, type GpuNodePoolProps } from './gpu-node-pool';
export { GpuOperator } from './gpu-operator';
export { Karpenter, KarpenterCrds } from './karpenter';
export { POOL_LABEL, type PoolProps } from './karpenter-pool';
export { NodePool, type NodePoolProps } from './node-pool';
export { SystemNodes, type SystemNodesProps } from './system-nodes';
export { WarmNodes, type WarmNodesProps } from './warm-nodes';
