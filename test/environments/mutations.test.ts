import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument, visit } from 'yaml';
import { EnvironmentError, loadEnvironment } from '../../environments';
import { folder } from './files';

const NAMES = ['base', 'local', 'dev', 'stg', 'prod'];
const TEXTS = Object.fromEntries(
  NAMES.map((name) => [`${name}.yaml`, readFileSync(`environments/${name}.yaml`, 'utf8')]),
);

/** Anything that somebody may write where a value is expected. */
const value = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    1e300,
    '',
    'private',
    'vllm',
    'rds',
    'base',
    'prod',
    'a\0b',
    '__proto__',
  ),
  fc.string(),
  fc.constantFrom(
    [],
    {},
    [null],
    [[]],
    { kind: 'rds' },
    { gpu: 'L4', limit: 1 },
    { cpu: true },
    { ['__proto__']: 1 },
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'kind', 'engine', 'gpu', 'a.b', ''),
  fc.string(),
);
const mutation = fc.record({
  file: fc.constantFrom(...NAMES),
  at: fc.nat(),
  what: fc.oneof(
    fc.constant({ do: 'delete' } as const),
    fc.record({ do: fc.constant('replace' as const), value }),
    fc.record({ do: fc.constant('rename' as const), key }),
    fc.record({ do: fc.constant('twist' as const), text: fc.string(), length: fc.nat(20) }),
  ),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

function mutate(text: string, { at, what }: Mutation): string {
  if (what.do === 'twist') {
    const start = at % text.length;
    return text.slice(0, start) + what.text + text.slice(start + what.length);
  }
  const document = parseDocument(text);
  if (document.errors.length > 0) return text; // broken already
  let pairs = 0;
  visit(document, { Pair: () => void pairs++ });
  const chosen = at % Math.max(pairs, 1);
  let index = 0;
  visit(document, {
    Pair: (_, pair) => {
      if (index++ !== chosen) return undefined;
      if (what.do === 'delete') return visit.REMOVE;
      if (what.do === 'replace') pair.value = document.createNode(what.value);
      else pair.key = document.createNode(what.key);
      return visit.BREAK;
    },
  });
  return document.toString();
}

test('a mutated environment loads, or says where each problem lies', () => {
  const root = folder(TEXTS);
  let refused = 0;
  fc.assert(
    fc.property(
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...NAMES.slice(1)),
      (all, name) => {
        const texts = { ...TEXTS };
        for (const one of all) texts[`${one.file}.yaml`] = mutate(texts[`${one.file}.yaml`] || 'a: 1\n', one);
        for (const [file, text] of Object.entries(texts)) writeFileSync(join(root, file), text);
        try {
          const env = loadEnvironment(join(root, `${name}.yaml`));
          expect(env.locate('models.chat.gpus')).toBeDefined();
        } catch (error) {
          if (!(error instanceof EnvironmentError)) throw error;
          refused++;
          expect(error.problems.length).toBeGreaterThan(0);
          for (const { at } of error.problems) {
            const [, file, line, column] = /\/([a-z]+\.yaml):(\d+):(\d+)$/.exec(at) ?? [];
            const lines = (texts[file] ?? '').split('\n');
            expect(lines.length, at).toBeGreaterThanOrEqual(Number(line));
            expect(lines[Number(line) - 1].length + 1, at).toBeGreaterThanOrEqual(Number(column));
          }
          expect(error.message).not.toMatch(/\[object |TypeError/);
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(refused).toBeGreaterThan(40);
}, 60_000);
