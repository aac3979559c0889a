export { realizeFoundation } from './foundation';
export { type PlatformProps, realizePlatform } from './platform';
