export * from './checkpoints';
export * from './instances';
export * from './models';
export * from './quotas';
export * from './services';
