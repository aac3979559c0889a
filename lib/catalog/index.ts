export * from './cards';
export * from './checkpoints';
export * from './instances';
export * from './models';
