import { type Field, type Infer, type JsonSchema, type ObjectField, objectOf } from './fields';
import type { Report } from './problems';
import { enumOf, show } from './scalars';
import { kindOf, type MapNode, type Node, under } from './source';

type Variant = ObjectField<Readonly<Record<string, Field<unknown>>>>;
type Variants = Readonly<Record<string, Variant>>;

interface Choice<B extends string, V extends Variants> {
  /** The key that says which variant it is. */
  readonly by: B;
  readonly of: V;
  /** The variant when the key is absent. */
  readonly fallback?: keyof V & string;
  /** Values that we know and do not offer. */
  readonly notBuilt?: readonly string[];
  /** Values that we know and refuse, with the reason and what to write. */
  readonly refused?: Readonly<Record<string, string>>;
}

/** What a choice reads: one of its variants, with the key that says which. */
export type Chosen<B extends string, V extends Variants> = {
  [K in keyof V & string]: { readonly [P in B]: K } & Infer<V[K]>;
}[keyof V & string];

/** A map whose key `by` (mostly `kind`) says which other keys it has. */
export function oneOf<B extends string, V extends Variants>(
  about: string,
  { by, of, fallback, notBuilt, refused = {} }: Choice<B, V>,
): Field<Chosen<B, V>> {
  const names = Object.keys(of);
  const tag = enumOf(`One of ${names.join(', ')}`, names, notBuilt);
  const full = Object.fromEntries(
    names.map((name) => [
      name,
      objectOf(of[name].about, { [by]: enumOf(of[name].about, [name]), ...of[name].shape }),
    ]),
  );
  return {
    about,
    json: { description: about, anyOf: names.map((name) => full[name].json) },
    read: (node, path, report) => {
      if (node.type !== 'map') return void report(node.place, path, `is ${kindOf(node)}; a map is expected`);
      const entry = node.entries.get(by);
      if (!entry && fallback === undefined) {
        const place = node.removed?.get(by) ?? node.place;
        return void report(place, under(path, by), `is missing: one of ${names.join(', ')}`);
      }
      const said = entry?.node.type === 'scalar' ? String(entry.node.value) : '';
      if (entry && Object.hasOwn(refused, said)) {
        return void report(entry.node.place, under(path, by), `'${said}' is not offered: ${refused[said]}`);
      }
      const name = entry ? tag.read(entry.node, under(path, by), report) : fallback;
      if (name === undefined) return undefined;
      const others = names.filter((other) => other !== name).map((other) => [other, of[other]] as const);
      const mine = withoutStrangers(node, of[name], by, (key, place) => {
        const readers = others
          .filter(([, variant]) => Object.hasOwn(variant.shape, key))
          .map(([n]) => `'${n}'`);
        if (readers.length === 0) return false;
        report(place, under(path, key), `is not read with ${by} '${name}', only with ${readers.join(', ')}`);
        return true;
      });
      const values = of[name].read(mine, path, report) as object | undefined;
      return Object.freeze({ [by]: name, ...values }) as Chosen<B, V>;
    },
  };
}

/** A map that is what its own telling key says: `gpu` makes a GPU pool, `cpu` a CPU pool. */
export function eitherOf<V extends Variants>(about: string, of: V): Field<Infer<V[keyof V]>> {
  const names = Object.keys(of);
  return {
    about,
    json: { description: about, anyOf: names.map((name) => of[name].json) },
    read: (node, path, report) => {
      if (node.type !== 'map') return void report(node.place, path, `is ${kindOf(node)}; a map is expected`);
      const written = names.filter((name) => node.entries.has(name));
      if (written.length !== 1) {
        const keys = names.map((name) => `'${name}'`);
        const fault =
          written.length === 0 ? `needs ${keys.join(' or ')}` : `has ${keys.join(' and ')}; keep one`;
        return void report(node.place, path, fault);
      }
      const [name] = written;
      const mine = withoutStrangers(node, of[name], name, (key, place) => {
        const other = names.find((candidate) => Object.hasOwn(of[candidate].shape, key));
        if (other === undefined) return false;
        report(place, under(path, key), `is not read with '${name}', only with '${other}'`);
        return true;
      });
      return of[name].read(mine, path, report) as Infer<V[keyof V]> | undefined;
    },
  };
}

/** A word, or a map with more to say. */
export function wordOr<W extends string, T>(word: W, field: Field<T>): Field<W | T> {
  const json: JsonSchema = { description: field.about, anyOf: [{ enum: [word] }, field.json] };
  const read = (node: Node, path: string, report: Report): W | T | undefined => {
    if (node.type === 'map') return field.read(node, path, report);
    if (node.type === 'scalar' && node.value === word) return word;
    return void report(node.place, path, `${show(node)} is neither '${word}' nor a map: ${field.about}`);
  };
  return { about: field.about, json, read };
}

/** A number or a word, or a map with more to say. */
export function valueOr<V, T>(value: Field<V>, field: Field<T>): Field<V | T> {
  return {
    about: value.about,
    json: { description: value.about, anyOf: [value.json, field.json] },
    read: (node, path, report): V | T | undefined =>
      (node.type === 'map' ? field : value).read(node, path, report),
  };
}

/** The map without the telling key and without keys that `claimed` has already spoken about. */
function withoutStrangers(
  node: MapNode,
  variant: Variant,
  by: string,
  claimed: (key: string, place: MapNode['place']) => boolean,
): MapNode {
  const entries = [...node.entries].filter(([key, entry]) => {
    if (Object.hasOwn(variant.shape, key)) return true;
    return key !== by && !claimed(key, entry.key);
  });
  return { ...node, entries: new Map(entries) };
}
