export type { AlertRouting, Receiver, ReceiverSecret } from './alert-routing';
export * from './clickhouse';
export * from './clickhouse-operator';
export * from './langfuse-stack';
export * from './observability-stack';
export * from './prometheus-stack';
export type { CanaryLimits } from './rules/canary';
