export type { SchemaNode } from './node';
export { OwnKinds } from './own-kinds';
export type { SchemaProblem } from './problem';
export type { CelRule, Schema } from './schema';
export {
  type CustomResourceDefinition,
  crdOf,
  type KindInfo,
  kindInfo,
  knownKind,
  knownKinds,
  schemaOf,
} from './store';
export { validateObject } from './validate';
