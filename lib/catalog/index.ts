export * from './checkpoints';
export * from './instances';
export * from './models';
