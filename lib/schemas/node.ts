import { goRegex } from './regex';
import type { Schema } from './schema';

/** Where `$ref`s lead, and how the root of an object is completed. */
export interface SchemaSource {
  /** Core definitions describe every field they have; custom schemas prune whatever they do not name. */
  readonly core: boolean;
  readonly definition: (ref: string) => SchemaNode;
  readonly objectMeta: () => SchemaNode;
}

const STRING: Schema = { type: 'string' };

/**
 * One place of a schema, closed: a field that it does not name is unknown. Children are made when they are first asked
 * for, because one object visits a hundredth of a large schema.
 */
export class SchemaNode {
  public readonly type: string | undefined;
  public readonly format: string | undefined;
  /** Refuses fields that it does not name. */
  public readonly closed: boolean;
  /** Whole object of its own (the root, or an embedded resource). */
  public readonly resource: boolean;
  public readonly pattern: RegExp | undefined;
  /** Fields that must be there. */
  public readonly required: readonly string[];
  /** Fields that the API server fills in when they are absent. */
  public readonly defaults: readonly (readonly [string, unknown])[];

  private readonly children = new Map<string, SchemaNode>();
  private itemNode: SchemaNode | undefined;
  private valueNode: SchemaNode | undefined;

  constructor(
    public readonly schema: Schema,
    private readonly source: SchemaSource,
    { root = false, open = false }: { root?: boolean; open?: boolean } = {},
  ) {
    const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
    const either = schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string';
    this.type = either ? undefined : schema.type;
    this.format = either ? 'int-or-string' : schema.format;
    const embedded = !source.core && schema['x-kubernetes-embedded-resource'] === true;
    this.resource = embedded || (root && !source.core);
    this.required = [...(embedded ? ['apiVersion', 'kind'] : []), ...(schema.required ?? [])];
    this.closed =
      !open &&
      !preserves &&
      !schema.additionalProperties &&
      schema.type === 'object' &&
      (!source.core || schema.properties !== undefined);
    this.pattern = schema.pattern === undefined ? undefined : goRegex(schema.pattern);
    this.defaults = Object.entries(schema.properties ?? {})
      .filter(([, child]) => child.default !== undefined)
      .map(([name, child]) => [name, child.default] as const);
  }

  /** Names of the fields that are known here. */
  public get fields(): string[] {
    const own = Object.keys(this.schema.properties ?? {});
    return this.resource ? [...new Set(['apiVersion', 'kind', 'metadata', ...own])] : own;
  }

  /** The schema of a field, or undefined when it is unknown. */
  public field(name: string): SchemaNode | undefined {
    const known = this.children.get(name);
    if (known) return known;
    const made = this.make(name);
    if (made) this.children.set(name, made);
    return made;
  }

  /** The schema of a list's items. */
  public get items(): SchemaNode | undefined {
    if (!this.itemNode && this.schema.items) {
      // "preserve unknown fields" on a list covers the objects in it, though not what those declare.
      const open = this.schema['x-kubernetes-preserve-unknown-fields'] === true;
      this.itemNode = this.child(this.schema.items, open);
    }
    return this.itemNode;
  }

  /** The schema of a map's values. */
  public get values(): SchemaNode | undefined {
    const values = this.schema.additionalProperties;
    if (!this.valueNode && typeof values === 'object') this.valueNode = this.child(values);
    return this.valueNode;
  }

  private make(name: string): SchemaNode | undefined {
    if (this.resource) {
      if (name === 'metadata') return this.source.objectMeta();
      if (name === 'apiVersion' || name === 'kind') return this.child(STRING);
    }
    const properties = this.schema.properties;
    // A plain look-up would find `constructor` on every object.
    if (!properties || !Object.hasOwn(properties, name)) return undefined;
    return this.child(properties[name] as Schema);
  }

  private child(schema: Schema, open = false): SchemaNode {
    return schema.$ref ? this.source.definition(schema.$ref) : new SchemaNode(schema, this.source, { open });
  }
}
