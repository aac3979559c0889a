import type { RenderedLayer } from '../../../lib/core';
import type { Registered } from '../../engines/read-back/pulumi-recorder';

const keyOf = ({ type, name }: Pick<Registered, 'type' | 'name'>) => `${type}::${name}`;

/** Who waits for whom, as a Pulumi program registered it. */
export class RegistrationOrder {
  private readonly byKey: ReadonlyMap<string, Registered>;
  private readonly reached = new Map<string, ReadonlySet<string>>();

  constructor(private readonly all: readonly Registered[]) {
    this.byKey = new Map(all.map((one) => [keyOf(one), one]));
  }

  /** What is missing so that each member of a layer waits for all members of the layers it needs. */
  public faults(layers: readonly RenderedLayer[]): string[] {
    const keys = new Map(this.all.map((one) => [one.name, keyOf(one)]));
    const members = new Map(
      layers.map((layer) => [
        layer.name,
        [
          ...layer.units.flatMap((unit) => unit.objects.map(({ id }) => id)),
          ...layer.releases.map(({ namespace, name }) => `release/${namespace}/${name}`),
        ],
      ]),
    );
    return layers.flatMap((layer) =>
      (members.get(layer.name) ?? []).flatMap((name) => {
        const key = keys.get(name);
        if (!key) return [`${name} is not registered`];
        const before = this.before(key);
        return layer.needs.flatMap((needed) =>
          (members.get(needed) ?? [])
            .filter((other) => !before.has(keys.get(other) ?? ''))
            .map((other) => `${name} (${layer.name}) does not wait for ${other} (${needed})`),
        );
      }),
    );
  }

  /** Resources of these types that one does not wait for. */
  public missing(one: Registered, types: readonly string[]): string[] {
    const before = this.before(keyOf(one));
    const wanted = this.all.filter(({ type }) => types.includes(type)).map(keyOf);
    if (wanted.length === 0) throw new Error(`nothing is of type ${types.join(' or ')}`);
    return wanted.filter((key) => !before.has(key));
  }

  /** Groups in which a deployment creates these: each waits for those before it alone. */
  public waves(some: readonly Registered[]): Registered[][] {
    const keys = new Set(some.map(keyOf));
    const depths = new Map<string, number>();
    const depth = (key: string): number => {
      const known = depths.get(key);
      if (known !== undefined) return known;
      const above = [...this.before(key)].filter((other) => keys.has(other)).map(depth);
      const own = Math.max(-1, ...above) + 1;
      depths.set(key, own);
      return own;
    };
    const waves: Registered[][] = [];
    for (const one of some) {
      const at = depth(keyOf(one));
      waves[at] ??= [];
      waves[at].push(one);
    }
    return waves;
  }

  /** Everything that must stand before one. */
  private before(key: string): ReadonlySet<string> {
    const known = this.reached.get(key);
    if (known) return known;
    const found = new Set<string>();
    for (const next of this.byKey.get(key)?.waitsFor ?? []) {
      found.add(next);
      for (const further of this.before(next)) found.add(further);
    }
    this.reached.set(key, found);
    return found;
  }
}
