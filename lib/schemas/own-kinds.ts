import { type CustomResourceDefinition, customSchema, type KnownKind } from './store';

/** Kinds that an app brings itself: the CustomResourceDefinitions among its objects. */
export class OwnKinds {
  private readonly found = new Map<string, KnownKind>();

  constructor(private readonly definitions: readonly CustomResourceDefinition[]) {}

  /** A kind that one of them serves; a definition that is wrong itself serves none. */
  public find(apiVersion: string, kind: string): KnownKind | undefined {
    const key = `${apiVersion}/${kind}`;
    const known = this.found.get(key);
    if (known) return known;
    const [group, version] = apiVersion.split('/');
    for (const { spec } of this.definitions) {
      if (spec?.group !== group || spec.names?.kind !== kind || !Array.isArray(spec.versions)) continue;
      const served = spec.versions.find(({ name, served }) => name === version && served);
      if (!served?.schema?.openAPIV3Schema) continue;
      const own = { scope: spec.scope, schema: customSchema(served.schema.openAPIV3Schema) };
      this.found.set(key, own);
      return own;
    }
    return undefined;
  }
}
