export * from './cards';
export * from './checkpoints';
export { type ReadConfig, readConfig } from './hub-config';
export type { ConfigFault } from './hub-fields';
export * from './instance-labels';
export * from './instances';
export * from './models';
export * from './quotas';
export * from './services';
