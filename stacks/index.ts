export { billFor } from './bill';
export { type Built, build } from './build';
export { deliver, filesOf } from './deliver';
export { clusterFor, foundationInput } from './foundation';
export { platform } from './platform';
export { type BuiltOnAws, builtOnAws, run, Undeliverable } from './program';
