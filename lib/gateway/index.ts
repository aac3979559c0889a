export type { CpuRange } from './cpu-autoscaler';
export type { GatewayRollout } from './gateway-change';
export * from './hosted-provider';
export type { LiteLlmSettings } from './litellm-config';
export * from './litellm-gateway';
export type { GatewayLimits } from './rollout-analysis';
