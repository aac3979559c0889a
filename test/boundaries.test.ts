import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(__dirname, '..');
const DOMAINS = ['cluster', 'compute', 'serving', 'gateway', 'data', 'observability'];
const SDKS = /^(aws-cdk-lib|@aws-cdk|@pulumi)(\/|$)/;

/** Who may import whom; a part may always import itself. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  contracts: ['core'],
  catalog: [],
  sizing: ['catalog'],
  schemas: ['core'],
  ...Object.fromEntries(DOMAINS.map((domain) => [domain, ['core', 'contracts', 'catalog', 'sizing']])),
  // Emits CRDs that no chart brings: their schemas are at hand.
  cluster: ['core', 'contracts', 'schemas'],
  proofs: ['core', 'catalog', 'sizing', 'schemas'],
  aws: ['core', 'catalog'],
  'engines/gitops': ['core', 'aws'],
  'engines/cdk': ['core', 'aws'],
  'engines/pulumi': ['core', 'aws'],
  cost: ['core', 'catalog', 'sizing', 'aws', 'proofs'],
  rehearsal: ['core', 'catalog', 'schemas', 'aws'],
  environments: ['core'],
  stacks: [
    'core',
    'contracts',
    'catalog',
    ...DOMAINS,
    'proofs',
    'aws',
    'cost',
    'engines/gitops',
    'engines/cdk',
    'engines/pulumi',
    'environments',
  ],
  cli: ['stacks', 'environments', 'core', 'catalog', 'sizing', 'cost', 'rehearsal'],
  // The library's own front: what a reader imports by its name.
  lib: ['core', 'contracts', 'catalog', ...DOMAINS, 'proofs', 'engines/gitops'],
};

interface Import {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));
}

/** The part a file belongs to: `lib/engines/cdk/x.ts` is of `engines/cdk`. */
function partOf(file: string): string {
  const parts = file.split('/');
  if (parts[0] !== 'lib') return parts[0];
  if (parts.length === 2) return 'lib';
  return parts[1] === 'engines' ? `engines/${parts[2]}` : parts[1];
}

const imports: Import[] = ['lib', 'stacks', 'environments'].flatMap(sources).flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/(?:from|import|require)\s*\(?\s*'([^']+)'/g)].map(
    ([, target]) => ({
      file,
      from: partOf(file),
      to: target.startsWith('.')
        ? partOf(
            `${relative(ROOT, join(ROOT, dirname(file), target))}${target.endsWith('/') ? '' : '.ts'}`.replace(
              /^(lib\/[\w-]+)\.ts$/,
              '$1/index.ts',
            ),
          )
        : target,
    }),
  ),
);

test('imports were found', () => {
  expect(imports.length).toBeGreaterThan(100);
});

test('every part is known', () => {
  const parts = new Set(imports.map(({ from }) => from));
  expect([...parts].filter((part) => !(part in ALLOWED))).toEqual([]);
});

test('parts import only what the house allows', () => {
  const wrong = imports.filter(
    ({ from, to }) => to in ALLOWED && to !== from && !ALLOWED[from]?.includes(to),
  );
  expect(wrong.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
});

test('only engines, and the programs that start them, know an SDK', () => {
  const allowed = (file: string) =>
    /^lib\/engines\/(cdk|pulumi)\//.test(file) || /^stacks\/(cdk|pulumi)\.ts$/.test(file);
  const wrong = imports.filter(({ file, to }) => SDKS.test(to) && !allowed(file));
  expect(wrong.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
});
