import type { SchemaNode } from './node';

/** The value as the API server would store it: absent fields with a default are filled in. The input stays as it is. */
export function withDefaults(value: unknown, node: SchemaNode): unknown {
  if (Array.isArray(value)) {
    const { items } = node;
    return items ? mapped(value, (item) => withDefaults(item, items)) : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const given = value as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | undefined;
  for (const name in given) {
    const child = given[name];
    const field = node.field(name) ?? node.values;
    if (!field || typeof child !== 'object' || child === null) continue;
    const full = withDefaults(child, field);
    if (full === child) continue;
    copy ??= { ...given };
    copy[name] = full;
  }
  for (const [name, preset] of node.defaults) {
    const field = node.field(name);
    const absent = given[name] === undefined || (given[name] === null && !field?.schema.nullable);
    if (!absent || !field) continue;
    copy ??= { ...given };
    copy[name] = withDefaults(preset, field);
  }
  return copy ?? value;
}

function mapped(list: readonly unknown[], f: (item: unknown) => unknown): readonly unknown[] {
  let copy: unknown[] | undefined;
  list.forEach((item, i) => {
    const next = f(item);
    if (next === item) return;
    copy ??= [...list];
    copy[i] = next;
  });
  return copy ?? list;
}
