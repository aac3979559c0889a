import type { SchemaNode } from '../node';

/** CEL reserves these; a rule reaches such a field as `__namespace__`. */
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** The name by which a CEL rule reaches a field. */
export function celName(field: string): string {
  if (RESERVED.has(field)) return `__${field}__`;
  if (!/__|[.\-/]/.test(field)) return field;
  return field
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

/** A JSON value as CEL sees it through its schema: integers are 64-bit, times are times, undeclared fields are hidden. */
export function toCel(value: unknown, node: SchemaNode | undefined): unknown {
  if (typeof value === 'number')
    return node?.type !== 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string') return node ? stringToCel(value, node) : value;
  if (Array.isArray(value)) return value.map((item) => toCel(item, node?.items));
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [name, child] of Object.entries(value)) {
    if (child === undefined) continue;
    const field = node?.field(name);
    if (field) {
      // A null that a field may not have counts as absent.
      if (child !== null || field.schema.nullable) out[celName(name)] = toCel(child, field);
    } else if (!node?.schema.properties) out[name] = toCel(child, node?.values);
  }
  return out;
}

function stringToCel(value: string, node: SchemaNode): unknown {
  if (node.format === 'date-time') return new Date(value);
  return node.format === 'byte' ? Buffer.from(value, 'base64') : value;
}
