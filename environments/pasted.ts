import type { Field } from './fields';
import { kindOf, type Node } from './source';

/** A map that is pasted from elsewhere and read by whoever understands it. */
export function pasted(about: string): Field<Readonly<Record<string, unknown>>> {
  return {
    about,
    json: { type: 'object', description: about },
    read: (node, path, report) => {
      if (node.type !== 'map') return void report(node.place, path, `is ${kindOf(node)}; a map is expected`);
      return plain(node) as Readonly<Record<string, unknown>>;
    },
  };
}

function plain(node: Node): unknown {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'list') return Object.freeze(node.items.map(plain));
  return Object.freeze(Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.node)])));
}
