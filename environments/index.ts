export { type Canary, canariesOf, canaryName, entryOf, withCanaries } from './canaries';
export { picks } from './checks/routing';
export { VERIFIED_ON } from './eks-calendar';
export { loaderName } from './engines';
export { listEnvironments, resolveEnvironmentFile, UnknownEnvironmentError } from './find';
export { type Environment, loadEnvironment } from './load';
export { EnvironmentError, type Problem } from './problems';
export { type EnvironmentValues, environmentSchema, toJsonSchema } from './schema';
export { GPUS as GPU_NAMES } from './schema/pools';
