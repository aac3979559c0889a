export { AutoModeGpuPool, type AutoModeGpuPoolProps } from './auto-mode-gpu-pool';
export type { GpuDevices } from './gpu-devices';
export { GPU_TAINT, GpuNodePool, type GpuNodePoolProps } from './gpu-node-pool';
export { GpuOperator, type GpuOperatorProps } from './gpu-operator';
export { Karpenter, KarpenterCrds, type KarpenterProps } from './karpenter';
export { POOL_LABEL, type PoolProps } from './karpenter-pool';
export { NodePool, type NodePoolProps } from './node-pool';
export type { Purchase } from './purchase';
export { SystemNodes, type SystemNodesProps } from './system-nodes';
