/** What an API server would say against an object. */
export interface SchemaProblem {
  /**
   * Who refuses: `kind` when nothing is known of the kind, `schema` for the closed schema, `cel` for a rule of the
   * custom resource, `server` for what the API server checks in code.
   */
  readonly source: 'kind' | 'schema' | 'cel' | 'server';
  /** Where, such as `spec.template.spec.containers[0].image`. */
  readonly path: string;
  /** What is wrong, without the path. */
  readonly message: string;
  /** The known name that was probably meant. */
  readonly nearest?: string;
}

/** Path of a field: names that are no identifiers, such as label keys, go into brackets. */
export function fieldPath(parent: string, name: string): string {
  if (!/^[\w-]+$/.test(name)) return `${parent}[${name}]`;
  return parent ? `${parent}.${name}` : name;
}

/** How a wrong value is shown: short, and with the quotes that tell '3' from 3. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return value.length > 60 ? `'${value.slice(0, 57)}...'` : `'${value}'`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a map';
  return String(value);
}
