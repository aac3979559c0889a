import { didYouMean } from '../lib/core/nearest';
import type { Place, Report } from './problems';
import { type Entry, type MapNode, under } from './source';

/** What a model without `engine` runs on. */
export const DEFAULT_ENGINE = 'vllm';

/** What is pasted from elsewhere may say null for nothing, as a config.json does. */
const PASTED = /^models\.[^.]+\.config\./;

/** Keys that decide what an entry is, with the value that their absence means. */
const DISCRIMINATORS = [
  ['kind', undefined],
  ['engine', DEFAULT_ENGINE],
] as const;

/**
 * Lay one file over what it extends: maps merge by key, lists and scalars replace, `null` removes an inherited
 * entry, and an entry that is now of another kind keeps nothing of the inherited one.
 */
export function merge(inherited: MapNode | undefined, over: MapNode, report: Report, path = ''): MapNode {
  const another = inherited && changedKind(inherited, over);
  const entries = new Map<string, Entry>(another ? [] : inherited?.entries);
  const removed = new Map<string, Place>(another ? [] : inherited?.removed);
  for (const [key, { key: place, node }] of over.entries) {
    const here = under(path, key);
    const before = inherited?.entries.get(key)?.node;
    if (node.type === 'scalar' && node.value === null) {
      if (before === undefined && !PASTED.test(here))
        report(node.place, here, nothingToRemove(key, inherited));
      entries.delete(key);
      removed.set(key, node.place);
    } else {
      const base = !another && before?.type === 'map' ? before : undefined;
      entries.set(key, {
        key: place,
        node: node.type === 'map' ? merge(base, node, report, here) : node,
      });
      removed.delete(key);
    }
  }
  return { type: 'map', place: over.place, entries, removed, ...(another ? { another } : {}) };
}

/** The discriminator in which two entries differ, if they do. */
function changedKind(inherited: MapNode, over: MapNode): string | undefined {
  const changed = DISCRIMINATORS.find(([key, implied]) => {
    const now = scalarAt(over, key);
    const before = scalarAt(inherited, key) ?? implied;
    return now !== undefined && before !== undefined && now !== before;
  });
  return changed?.[0];
}

function scalarAt(map: MapNode, key: string): unknown {
  const node = map.entries.get(key)?.node;
  return node?.type === 'scalar' && node.value !== null ? node.value : undefined;
}

function nothingToRemove(key: string, inherited: MapNode | undefined): string {
  const hint = didYouMean(key, inherited?.entries.keys() ?? []);
  return `is empty, which removes an inherited entry, but none is inherited${hint || '; give it a value or drop the line'}`;
}
