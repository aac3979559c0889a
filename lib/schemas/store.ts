import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../core';
import { SchemaNode, type SchemaSource } from './node';
import type { Schema } from './schema';

/** What is known of a kind without reading its schema. */
export interface KindInfo {
  readonly scope: 'Namespaced' | 'Cluster';
}

/** A kind with its closed schema. */
export interface KnownKind extends KindInfo {
  readonly schema: SchemaNode;
}

/** A CustomResourceDefinition, ready to be applied. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly scope: KindInfo['scope'];
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

interface Entry extends KindInfo {
  readonly file: string;
  /** Name in `core.json`; absent for a custom resource. */
  readonly definition?: string;
}

const files = new Map<string, unknown>();

function read<T>(file: string): T {
  let content = files.get(file);
  if (content === undefined) {
    content = JSON.parse(readFileSync(join(__dirname, 'data', file), 'utf8'));
    files.set(file, content);
  }
  return content as T;
}

const index = () => read<Readonly<Record<string, Entry>>>('index.json');

function entryOf(apiVersion: string, kind: string): Entry | undefined {
  const entries = index();
  const key = `${apiVersion}/${kind}`;
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}

const definitions = new Map<string, SchemaNode>();

function definition(name: string): SchemaNode {
  let node = definitions.get(name);
  if (!node) {
    const { definitions: all } = read<{ definitions: Record<string, Schema> }>('core.json');
    node = new SchemaNode(formatted(name, all[name] ?? {}), CORE);
    definitions.set(name, node);
  }
  return node;
}

/** Core OpenAPI calls a quantity a string; the format, and that numbers are taken too, is known by its name only. */
function formatted(name: string, schema: Schema): Schema {
  return name === 'io.k8s.apimachinery.pkg.api.resource.Quantity' ? { format: 'quantity' } : schema;
}

const objectMeta = () => definition('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');

const refTo = (ref: string) => definition(ref.slice('#/definitions/'.length));
const CORE: SchemaSource = { core: true, definition: refTo, objectMeta };
const CUSTOM: SchemaSource = { core: false, definition: refTo, objectMeta };

const roots = new Map<string, SchemaNode>();

/** The closed schema of a kind, or undefined when the kind is unknown. */
export function schemaOf(apiVersion: string, kind: string): SchemaNode | undefined {
  const key = `${apiVersion}/${kind}`;
  const known = roots.get(key);
  if (known) return known;
  const entry = entryOf(apiVersion, kind);
  if (!entry) return undefined;
  const node = entry.definition ? definition(entry.definition) : customRoot(entry.file, apiVersion);
  roots.set(key, node);
  return node;
}

function customRoot(file: string, apiVersion: string): SchemaNode {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const found = read<CustomResourceDefinition>(file).spec.versions.find((v) => v.name === version);
  return customSchema(found?.schema.openAPIV3Schema ?? {});
}

/** The closed schema of a custom kind, as its definition writes it. */
export const customSchema = (schema: Schema): SchemaNode => new SchemaNode(schema, CUSTOM, { root: true });

/** A kind that this library knows. */
export function knownKind(apiVersion: string, kind: string): KnownKind | undefined {
  const [info, schema] = [kindInfo(apiVersion, kind), schemaOf(apiVersion, kind)];
  return info && schema && { ...info, schema };
}

/** Scope of a kind, or undefined when the kind is unknown. */
export function kindInfo(apiVersion: string, kind: string): KindInfo | undefined {
  const entry = entryOf(apiVersion, kind);
  return entry && { scope: entry.scope };
}

/** Every known kind as `apiVersion/Kind`. */
export function knownKinds(): string[] {
  return Object.keys(index());
}

/** The known kind that was probably meant, as `apiVersion/Kind`: a like name in its group, or its name in another. */
export function nearestKind(apiVersion: string, kind: string): string | undefined {
  const all = knownKinds();
  const inGroup = all
    .filter((known) => known.startsWith(`${apiVersion}/`))
    .map((known) => known.slice(apiVersion.length + 1));
  const meant = nearest(
    kind,
    inGroup.filter((known) => !known.includes('/')),
  );
  return meant ? `${apiVersion}/${meant}` : all.find((known) => known.endsWith(`/${kind}`));
}

/** The CustomResourceDefinition that brings a kind, open as upstream wrote it; undefined for core and unknown kinds. */
export function crdOf(apiVersion: string, kind: string): CustomResourceDefinition | undefined {
  const entry = entryOf(apiVersion, kind);
  return entry && !entry.definition ? read<CustomResourceDefinition>(entry.file) : undefined;
}
