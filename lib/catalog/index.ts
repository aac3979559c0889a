export * from './checkpoints';
export * from './instance-labels';
export * from './instances';
export * from './models';
