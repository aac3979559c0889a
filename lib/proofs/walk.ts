/** Visit every field of a JSON value, with the path to it. */
export function walk(
  value: unknown,
  visit: (key: string, value: unknown, path: string, parent: Readonly<Record<string, unknown>>) => void,
  path = '',
): void {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) walk(value[i], visit, `${path}[${i}]`);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const parent = value as Readonly<Record<string, unknown>>;
  for (const key in parent) {
    const inner = parent[key];
    const here = path ? `${path}.${key}` : key;
    visit(key, inner, here, parent);
    if (typeof inner === 'object') walk(inner, visit, here);
  }
}

/** Visit every text, in lists too. */
export function walkTexts(value: unknown, visit: (text: string, path: string) => void, path = ''): void {
  if (typeof value === 'string') visit(value, path);
  else if (Array.isArray(value))
    for (let i = 0; i < value.length; i++) walkTexts(value[i], visit, `${path}[${i}]`);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) walkTexts(inner, visit, path ? `${path}.${key}` : key);
  }
}
