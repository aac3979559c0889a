export type { SchemaNode } from './node';
export type { SchemaProblem } from './problem';
export type { CelRule, Schema } from './schema';
export { type CustomResourceDefinition, crdOf, type KindInfo, kindInfo, knownKinds, schemaOf } from './store';
export { validateObject } from './validate';
