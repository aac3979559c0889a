export type { Adapter, ServedAdapter } from './adapters';
export * from './autoscaling';
export type { BatchLimits, Profile } from './batch-limits';
export type { ReplicaProps } from './gpu-replica';
export * from './model-server';
export * from './model-simulator';
export type { Speculation } from './speculation';
export * from './vllm-service';
