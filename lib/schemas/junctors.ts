import { numberFault, stringFault } from './formats';
import { goRegex } from './regex';
import type { Schema } from './schema';

/**
 * Whether a value meets a part of `oneOf`, `anyOf`, `allOf` or `not`. In a structural schema such a part only restricts
 * values: it declares no fields, so nothing is unknown to it.
 */
export function matches(value: unknown, schema: Schema): boolean {
  return (
    isType(value, schema) &&
    (schema.enum === undefined || schema.enum.includes(value)) &&
    (typeof value !== 'string' || stringMatches(value, schema)) &&
    (typeof value !== 'number' || numberMatches(value, schema)) &&
    (!Array.isArray(value) || listMatches(value, schema)) &&
    (!isMap(value) || mapMatches(value, schema)) &&
    (schema.allOf ?? []).every((part) => matches(value, part)) &&
    (schema.anyOf === undefined || schema.anyOf.some((part) => matches(value, part))) &&
    (schema.oneOf === undefined || schema.oneOf.filter((part) => matches(value, part)).length === 1) &&
    (schema.not === undefined || !matches(value, schema.not))
  );
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isType(value: unknown, { type }: Schema): boolean {
  if (type === undefined) return true;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? isMap(value) : typeof value === type;
}

function stringMatches(value: string, schema: Schema): boolean {
  return (
    value.length >= (schema.minLength ?? 0) &&
    value.length <= (schema.maxLength ?? Number.POSITIVE_INFINITY) &&
    (schema.pattern === undefined || goRegex(schema.pattern).test(value)) &&
    (schema.format === undefined || stringFault(schema.format, value) === undefined)
  );
}

function numberMatches(value: number, schema: Schema): boolean {
  return (
    value >= (schema.minimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (schema.maximum ?? Number.POSITIVE_INFINITY) &&
    (schema.format === undefined || numberFault(schema.format, value) === undefined)
  );
}

function listMatches(value: readonly unknown[], schema: Schema): boolean {
  const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  return (
    value.length >= minItems &&
    value.length <= maxItems &&
    (!items || value.every((item) => matches(item, items)))
  );
}

function mapMatches(value: Readonly<Record<string, unknown>>, schema: Schema): boolean {
  return (
    (schema.required ?? []).every((name) => value[name] !== undefined) &&
    Object.entries(schema.properties ?? {}).every(
      ([name, part]) => value[name] === undefined || matches(value[name], part),
    )
  );
}
