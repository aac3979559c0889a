export * from './autoscaling';
export * from './batch-inference';
export * from './model-server';
export * from './model-simulator';
export * from './vllm-service';
