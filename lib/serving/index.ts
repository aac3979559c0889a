export * from './autoscaling';
export * from './model-server';
export * from './model-simulator';
export * from './routing';
export * from './vllm-service';
