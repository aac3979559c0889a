import { didYouMean } from '../lib/core/nearest';
import type { Report } from './problems';
import { show, type Text } from './scalars';
import { kindOf, type MapNode, type Node, under } from './source';

/** A JSON schema (draft 7), as an editor reads it. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** How one value of the file is read, typed and explained. */
export interface Field<T> {
  /** One line for the editor and for the message about a missing key. */
  readonly about: string;
  /** What could be read; complete when nothing was reported. */
  readonly read: (node: Node, path: string, report: Report) => T | undefined;
  readonly json: JsonSchema;
  /** The value of an absent key. */
  readonly fallback?: T;
}

/** A field whose key may be absent. */
export interface OptionalField<T> extends Field<T> {
  readonly absent: true;
}

/** The TypeScript type of what a field reads. */
export type Infer<F> = F extends Field<infer T> ? T : never;

type Shape = Readonly<Record<string, Field<unknown>>>;
type Flat<T> = { readonly [K in keyof T]: T[K] };
type InferShape<S extends Shape> = Flat<
  { [K in keyof S as S[K] extends OptionalField<unknown> ? never : K]: Infer<S[K]> } & {
    [K in keyof S as S[K] extends OptionalField<unknown> ? K : never]?: Infer<S[K]>;
  }
>;

/** A map with known keys. */
export interface ObjectField<S extends Shape> extends Field<InferShape<S>> {
  readonly shape: S;
}

/** The key may be absent, and then there is no value. */
export function optional<T>(field: Field<T>): OptionalField<T> {
  return { ...field, absent: true };
}

/** The key may be absent, and then has this value. */
export function withDefault<T>(field: Field<T>, fallback: NoInfer<T>): Field<T> {
  return { ...field, fallback, json: { ...field.json, default: fallback } };
}

/** The key may be absent, and then reads like an empty map: every default inside it holds. */
export function orEmpty<T>(field: Field<T>): Field<T> {
  return { ...field, fallback: field.read(EMPTY, '', () => {}) };
}

const EMPTY: MapNode = {
  type: 'map',
  place: { file: { name: '', lines: { linePos: () => ({ line: 1, col: 1 }) } }, offset: 0 },
  entries: new Map(),
};

/** A list of at least `min` different values. */
export function listOf<T>(
  about: string,
  item: Field<T>,
  { min = 0, unique = true } = {},
): Field<readonly T[]> {
  return {
    about,
    json: { type: 'array', description: about, items: item.json, minItems: min, uniqueItems: unique },
    read: (node, path, report) => {
      if (node.type !== 'list')
        return void report(node.place, path, `is ${kindOf(node)}; a list is expected`);
      if (node.items.length < min) {
        const entries = node.items.length === 1 ? '1 entry' : `${node.items.length} entries`;
        report(node.place, path, `has ${entries}; at least ${min} must be there`);
      }
      const seen = new Set<T>();
      const values = node.items.flatMap((entry, index) => {
        const value = item.read(entry, `${path}[${index}]`, report);
        if (value === undefined) return [];
        if (unique && seen.has(value))
          report(entry.place, `${path}[${index}]`, `${show(entry)} is listed twice`);
        seen.add(value);
        return [value];
      });
      return Object.freeze(values);
    },
  };
}

/** A map whose keys are names that the file chooses. */
export function mapOf<T>(about: string, key: Text, item: Field<T>): Field<Readonly<Record<string, T>>> {
  const { pattern, format, maxLength = 63 } = key;
  return {
    about,
    json: {
      type: 'object',
      description: about,
      propertyNames: { pattern: pattern.source, maxLength },
      additionalProperties: orNull(item.json),
    },
    read: (node, path, report) => {
      if (node.type !== 'map') return void report(node.place, path, `is ${kindOf(node)}; a map is expected`);
      // without a prototype, so that a look-up of 'constructor' finds what the file says
      const values: Record<string, T> = Object.create(null);
      for (const [name, entry] of node.entries) {
        const here = under(path, name);
        if (!pattern.test(name)) report(entry.key, here, `the name is not ${format}`);
        else if (name.length > maxLength)
          report(entry.key, here, `the name is longer than ${maxLength} characters`);
        const value = item.read(entry.node, here, report);
        if (value !== undefined && pattern.test(name)) values[name] = value;
      }
      return Object.freeze(values);
    },
  };
}

/** A map with known keys; an unknown one is refused. */
export function objectOf<S extends Shape>(about: string, shape: S): ObjectField<S> {
  return {
    about,
    shape,
    json: {
      type: 'object',
      description: about,
      properties: Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, orNull(field.json)])),
      additionalProperties: false,
    },
    read: (node, path, report) => {
      if (node.type !== 'map') return void report(node.place, path, `is ${kindOf(node)}; a map is expected`);
      for (const [key, entry] of node.entries) {
        if (Object.hasOwn(shape, key)) continue;
        const known = Object.keys(shape);
        const hint = didYouMean(key, known) || `; known here: ${known.join(', ')}`;
        report(entry.key, under(path, key), `unknown key${hint}`);
      }
      return Object.freeze(readShape(shape, node, path, report)) as InferShape<S>;
    },
  };
}

function readShape(shape: Shape, node: MapNode, path: string, report: Report): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(shape)) {
    const here = under(path, key);
    const entry = node.entries.get(key);
    const value = entry ? field.read(entry.node, here, report) : field.fallback;
    if (value !== undefined) values[key] = value;
    else if (!entry && !('absent' in field)) {
      const place = node.removed?.get(key) ?? node.place;
      const hint = node.another ? `; with another ${node.another} the entry inherits nothing` : '';
      report(place, here, `is missing: ${field.about}${hint}`);
    }
  }
  return values;
}

/** In a file `null` removes what is inherited, so an editor must accept it everywhere a key may stand. */
function orNull(json: JsonSchema): JsonSchema {
  if (typeof json.type === 'string') return { ...json, type: [json.type, 'null'] };
  if (Array.isArray(json.enum)) return { ...json, enum: [...json.enum, null] };
  if (Array.isArray(json.anyOf)) return { ...json, anyOf: [...json.anyOf, { type: 'null' }] };
  return json;
}
