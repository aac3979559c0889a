export type { CpuRange } from './cpu-autoscaler';
export * from './hosted-provider';
export type { LiteLlmSettings } from './litellm-config';
export * from './litellm-gateway';
