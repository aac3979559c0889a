import { nearest } from '../core';
import { numberFault, stringFault } from './formats';
import { matches } from './junctors';
import type { SchemaNode } from './node';
import { fieldPath, type SchemaProblem, shown } from './problem';
import type { Schema } from './schema';

/** What checking one object against its schema found. */
export interface Checked {
  readonly problems: SchemaProblem[];
  /** Some value has another type than its schema says, so that nobody can read on from it. */
  mistyped: boolean;
}

/** Check a value, and everything below it, against its closed schema. */
export function check(value: unknown, node: SchemaNode, path: string, out: Checked): void {
  const { schema } = node;
  if (value === null || value === undefined) {
    if (!schema.nullable && (node.type !== undefined || node.format !== undefined))
      mistype(value, node, path, out);
    return;
  }
  const fault = typeFault(value, node);
  if (fault) {
    mistype(value, node, path, out);
    return;
  }
  if (schema.enum && !schema.enum.includes(value)) {
    const choices = schema.enum.map(shown).join(', ');
    const meant = typeof value === 'string' ? nearest(value, schema.enum.filter(isString)) : undefined;
    const message = `must be one of ${choices}, not ${shown(value)}`;
    add(out, path, meant ? `${message}; did you mean '${meant}'?` : message, meant);
  }
  if (typeof value === 'string') checkString(value, node, path, out);
  else if (typeof value === 'number') checkNumber(value, node, path, out);
  else if (Array.isArray(value)) checkList(value, node, path, out);
  else if (typeof value === 'object') checkObject(value as Record<string, unknown>, node, path, out);
  if (schema.oneOf || schema.anyOf || schema.allOf || schema.not) checkJunctors(value, schema, path, out);
}

/** The one key of a core list that may be left out; core OpenAPI does not tell. */
const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

const isString = (value: unknown): value is string => typeof value === 'string';

function add(out: Checked, path: string, message: string, meant?: string): void {
  out.problems.push({ source: 'schema', path, message, ...(meant === undefined ? {} : { nearest: meant }) });
}

function mistype(value: unknown, node: SchemaNode, path: string, out: Checked): void {
  out.mistyped = true;
  // An unquoted number or `yes` in YAML; what should have been text may be a password, so it is not repeated.
  const given =
    node.type === 'string' && typeof value !== 'object' ? `a ${typeof value}: quote it` : shown(value);
  add(out, path, `must be ${wanted(node)}, not ${given}`);
}

function wanted(node: SchemaNode): string {
  if (node.format === 'int-or-string') return 'an integer or a string';
  if (node.format === 'quantity') return 'a quantity such as 500m or 2Gi';
  if (node.type === 'object') return 'a map';
  if (node.type === 'array') return 'a list';
  return node.type === 'integer' ? 'an integer' : `a ${node.type}`;
}

function typeFault(value: unknown, node: SchemaNode): boolean {
  if (node.format === 'int-or-string') return typeof value !== 'string' && !Number.isInteger(value);
  if (node.format === 'quantity') return typeof value !== 'string' && typeof value !== 'number';
  switch (node.type) {
    case 'string':
      return typeof value !== 'string';
    case 'integer':
      return !Number.isInteger(value);
    case 'number':
      return typeof value !== 'number';
    case 'boolean':
      return typeof value !== 'boolean';
    case 'array':
      return !Array.isArray(value);
    case 'object':
      return typeof value !== 'object' || Array.isArray(value);
    default:
      return false;
  }
}

function checkString(value: string, node: SchemaNode, path: string, out: Checked): void {
  const { schema } = node;
  if (node.format !== undefined) {
    const fault = stringFault(node.format, value);
    // What should be base64 is a Secret's value.
    const given = node.format === 'byte' ? '' : `, not ${shown(value)}`;
    if (fault) add(out, path, `must be ${fault}${given}`);
  }
  if (schema.minLength === undefined && schema.maxLength === undefined && !node.pattern) return;
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema;
  if (value.length < minLength)
    add(out, path, minLength === 1 ? 'must not be empty' : `must have ${minLength} characters or more`);
  if (value.length > maxLength && [...value].length > maxLength) {
    add(out, path, `must have ${maxLength} characters or fewer, not ${value.length}`);
  }
  if (node.pattern && !node.pattern.test(value)) {
    add(out, path, `${shown(value)} does not match ${schema.pattern}`);
  }
}

function checkNumber(value: number, node: SchemaNode, path: string, out: Checked): void {
  const { schema } = node;
  const fault = node.format === undefined ? undefined : numberFault(node.format, value);
  if (fault) add(out, path, `must be ${fault}, not ${value}`);
  const { minimum, maximum } = schema;
  if (minimum !== undefined && (schema.exclusiveMinimum ? value <= minimum : value < minimum)) {
    add(out, path, `must be ${schema.exclusiveMinimum ? 'more than' : 'at least'} ${minimum}, not ${value}`);
  }
  if (maximum !== undefined && (schema.exclusiveMaximum ? value >= maximum : value > maximum)) {
    add(out, path, `must be ${schema.exclusiveMaximum ? 'less than' : 'at most'} ${maximum}, not ${value}`);
  }
  if (schema.multipleOf !== undefined && value % schema.multipleOf !== 0) {
    add(out, path, `must be a multiple of ${schema.multipleOf}, not ${value}`);
  }
}

function checkList(value: readonly unknown[], node: SchemaNode, path: string, out: Checked): void {
  const { schema, items } = node;
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  if (value.length < minItems)
    add(out, path, `must have ${minItems} ${minItems === 1 ? 'item' : 'items'} or more, not ${value.length}`);
  if (value.length > maxItems)
    add(
      out,
      path,
      `must have ${maxItems} ${maxItems === 1 ? 'item' : 'items'} or fewer, not ${value.length}`,
    );
  if (items) {
    for (let i = 0; i < value.length; i++) check(value[i], items, `${path}[${i}]`, out);
  }
  const kind = schema['x-kubernetes-list-type'];
  if ((kind === 'map' || kind === 'set' || schema.uniqueItems) && value.length > 1)
    checkUnique(value, schema, path, out);
}

function checkUnique(value: readonly unknown[], schema: Schema, path: string, out: Checked): void {
  const isMap = schema['x-kubernetes-list-type'] === 'map';
  const keys = isMap ? (schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
  const seen = new Map<string, number>();
  value.forEach((item, i) => {
    const of = (item ?? {}) as Readonly<Record<string, unknown>>;
    const values = keys?.map((key) => of[key] ?? KEY_DEFAULTS[key]);
    if (values?.includes(undefined)) return; // a missing key is a finding already
    const id = JSON.stringify(values ?? item);
    const first = seen.get(id);
    if (first === undefined) seen.set(id, i);
    else {
      const same = keys?.map((key, k) => `${key} ${shown(values?.[k])}`).join(' and ') ?? shown(item);
      add(out, `${path}[${i}]`, `repeats ${same} of ${path}[${first}]`);
    }
  });
}

function checkObject(
  value: Readonly<Record<string, unknown>>,
  node: SchemaNode,
  path: string,
  out: Checked,
): void {
  const { schema, values } = node;
  let size = 0;
  for (const name in value) {
    const child = value[name];
    if (child === undefined) continue;
    size++;
    const field = node.field(name);
    // The API server drops a null that a field may not have, as if it were absent.
    if (field) {
      if (child !== null || field.schema.nullable) check(child, field, fieldPath(path, name), out);
    } else if (values) check(child, values, fieldPath(path, name), out);
    else if (node.closed) unknownField(name, node, path, out);
  }
  for (const name of node.required) {
    if (value[name] === undefined || (value[name] === null && !node.field(name)?.schema.nullable)) {
      add(out, fieldPath(path, name), 'is required');
    }
  }
  if (schema.minProperties !== undefined && size < schema.minProperties) {
    add(out, path, `must have ${schema.minProperties} or more entries, not ${size}`);
  }
  if (schema.maxProperties !== undefined && size > schema.maxProperties) {
    add(out, path, `must have ${schema.maxProperties} or fewer entries, not ${size}`);
  }
}

function unknownField(name: string, node: SchemaNode, path: string, out: Checked): void {
  const meant = nearest(name, node.fields);
  const message = `unknown field '${name}'`;
  add(out, fieldPath(path, name), meant ? `${message}; did you mean '${meant}'?` : message, meant);
}

function checkJunctors(value: unknown, schema: Schema, path: string, out: Checked): void {
  for (const part of schema.allOf ?? []) {
    if (!matches(value, part)) add(out, path, `must satisfy ${JSON.stringify(part)}`);
  }
  if (schema.anyOf && !schema.anyOf.some((part) => matches(value, part))) {
    add(out, path, `must satisfy one or more of ${JSON.stringify(schema.anyOf)}`);
  }
  if (schema.oneOf) {
    const met = schema.oneOf.filter((part) => matches(value, part)).length;
    if (met !== 1)
      add(out, path, `must satisfy exactly one of ${JSON.stringify(schema.oneOf)}, but ${met} hold`);
  }
  if (schema.not && matches(value, schema.not))
    add(out, path, `must not satisfy ${JSON.stringify(schema.not)}`);
}
