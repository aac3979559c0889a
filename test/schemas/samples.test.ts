import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { crdOf, knownKinds, validateObject } from '../../lib/schemas';

interface Sample {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const samples = ['core-objects.yaml', 'custom-objects.yaml'].flatMap((file) =>
  parseAllDocuments(readFileSync(join(__dirname, file), 'utf8')).map((document) => document.toJS() as Sample),
);

describe('objects that an API server takes', () => {
  test.each(samples.map((sample) => [`${sample.kind} ${sample.metadata.name}`, sample] as const))(
    '%s',
    (_, sample) => {
      const before = structuredClone(sample);
      expect(validateObject(sample)).toEqual([]);
      expect(sample).toEqual(before);
    },
  );

  test('a field that no schema names is found in every one of them', () => {
    const silent = samples.filter((sample) => validateObject({ ...sample, nonsense: 1 }).length !== 1);
    expect(silent.map(({ kind }) => kind)).toEqual([]);
  });

  test('every custom resource definition is itself a good object', () => {
    const definitions = knownKinds().flatMap((known) => {
      const cut = known.lastIndexOf('/');
      return crdOf(known.slice(0, cut), known.slice(cut + 1)) ?? [];
    });
    expect(definitions.length).toBeGreaterThan(70);
    expect(definitions.flatMap((definition) => validateObject(definition))).toEqual([]);
  });
});

describe('objects that are wrong in any one place', () => {
  const WRONG: readonly unknown[] = [null, undefined, 'x', -1, true, [], [null], { a: null }];

  /** Calls back with the sample as it is after each place in turn has been replaced. */
  function eachPlace(at: Record<string, unknown>, changed: (value: unknown) => void): void {
    for (const [name, child] of Object.entries(at)) {
      for (const wrong of WRONG) {
        at[name] = wrong;
        changed(wrong);
      }
      at[name] = child;
      if (typeof child === 'object' && child !== null) eachPlace(child as Record<string, unknown>, changed);
    }
  }

  test('are judged, never stumbled over', () => {
    const stumbles: string[] = [];
    let judged = 0;
    for (const sample of structuredClone(samples)) {
      eachPlace(sample as unknown as Record<string, unknown>, (wrong) => {
        try {
          validateObject(sample);
          judged++;
        } catch (error) {
          stumbles.push(`${sample.kind} with ${JSON.stringify(wrong)}: ${String(error)}`);
        }
      });
    }
    expect(stumbles.slice(0, 5)).toEqual([]);
    expect(judged).toBeGreaterThan(10_000);
  });
});
