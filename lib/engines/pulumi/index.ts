export { foundationProvider, realizeFoundation } from './foundation';
export { clusterProvider, realizePlatform } from './platform';
