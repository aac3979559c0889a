export { Agentgateway, AgentgatewayCrds } from './agentgateway';
export { EdgeGateway, type EdgeGatewayProps, type EdgeTls } from './edge-gateway';
export type { ModelPods, PickerOptions } from './endpoint-picker';
export { InferenceGateway, type InferenceGatewayProps } from './inference-gateway';
export type { EdgeAccess } from './load-balancer';
export { PickedModel } from './picked-model';
export type { Prefix } from './precise-prefix';
export { SCORER_PROFILES, SCORERS, type Scorer, type ScorerProfile, type ScorerWeights } from './scorers';
export type { Share } from './shares';
