/** A value without the fields that are null or undefined: to the API server they are absent. The input stays as it is. */
export function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    let list: unknown[] | undefined;
    value.forEach((item, i) => {
      const next = withoutNulls(item);
      if (next === item) return;
      list ??= [...value];
      list[i] = next;
    });
    return list ?? value;
  }
  const given = value as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | undefined;
  for (const name in given) {
    const child = given[name];
    const next = withoutNulls(child);
    const absent = child === null || child === undefined;
    if (!absent && next === child) continue;
    copy ??= { ...given };
    if (absent) delete copy[name];
    else copy[name] = next;
  }
  return copy ?? value;
}
