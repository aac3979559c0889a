/**
 * Copies what runs into what is read: `node --import=tsx scripts/readme-snippets.ts`. Between markers of README.md and docs/*.md stand
 *   <!-- snippet: file#name -->          the lines between `snippet: name` and `end` of a file in test/examples
 *   <!-- yields: example Kind/name … --> an object that an example synthesizes, or only the fields named behind it
 *   <!-- proofs -->                      the list of proofs
 * each up to `<!-- end -->`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App, Chart } from 'cdk8s';
import { objectsOf, PROOFS, toYaml } from '../lib';
import { behindIstio } from '../test/examples/behind-istio';
import { oneModel } from '../test/examples/one-model';
import { overNodes } from '../test/examples/over-nodes';
import { ownStack } from '../test/examples/own-stack';
import { secretsByFlux } from '../test/examples/secrets-by-flux';
import { stores } from '../test/examples/stores';
import { twoModels } from '../test/examples/two-models';
import { twoRoles } from '../test/examples/two-roles';
import { watched } from '../test/examples/watched';
import { snippetOf } from './snippets';

const ROOT = join(__dirname, '..');

/** The examples that are apps, by the name of their file. */
export const EXAMPLES: Readonly<Record<string, (outdir?: string) => App>> = {
  'behind-istio': behindIstio,
  'one-model': oneModel,
  'over-nodes': overNodes,
  'own-stack': ownStack,
  'two-models': twoModels,
  'two-roles': twoRoles,
  'secrets-by-flux': secretsByFlux,
  stores,
  watched,
};

/** The pages that hold copies. */
export function pages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs.sort().map((name) => `docs/${name}`)];
}

/** A page with every copy made anew. */
export function filled(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8').replace(
    /(<!-- (snippet|yields|proofs)(?:: (.+?))? -->\n)[\s\S]*?(<!-- end -->)/g,
    (_all, open: string, kind: string, what: string, close: string) =>
      `${open}${kind === 'proofs' ? proofs() : kind === 'yields' ? yielded(what) : snippet(what)}${close}`,
  );
}

function snippet(what: string): string {
  const [file, name] = what.split('#');
  const text = snippetOf(readFileSync(join(ROOT, 'test/examples', file), 'utf8'), name);
  if (text === undefined) throw new Error(`${file} has no snippet '${name}'`);
  return `\`\`\`${file.endsWith('.ts') ? 'ts' : 'yaml'}\n${text.replaceAll("'../../lib'", "'nexus-eks'")}\n\`\`\`\n`;
}

function yielded(what: string): string {
  const [example, id, ...fields] = what.split(' ');
  const app = EXAMPLES[example]('unused');
  // Delivery adds the objects of releases when it is asked to synthesize.
  app.synthYaml();
  const objects = app.charts.flatMap((chart: Chart) => objectsOf(chart));
  const object = objects.find(({ kind, metadata }) => `${kind}/${metadata.name}` === id);
  if (!object) throw new Error(`${example} yields no ${id}`);
  const shown = fields.length
    ? fields.reduce((sum: unknown, field) => merged(sum, picked(object, field.split('.'))), {
        kind: object.kind,
        metadata: { name: object.metadata.name },
      })
    : object;
  return `\`\`\`yaml\n${toYaml(shown as typeof object)}\`\`\`\n`;
}

function picked(value: unknown, [head, ...rest]: readonly string[]): unknown {
  if (head === undefined) return value;
  if (Array.isArray(value)) return [picked(value[Number(head)], rest)];
  const inner = (value as Record<string, unknown>)[head];
  if (inner === undefined) throw new Error(`no field '${head}'`);
  return { [head]: picked(inner, rest) };
}

function merged(a: unknown, b: unknown): unknown {
  if (Array.isArray(a) && Array.isArray(b)) return [merged(a[0], b[0])];
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return b;
  const result: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b))
    result[key] = key in result ? merged(result[key], value) : value;
  return result;
}

function proofs(): string {
  const rows = PROOFS.map(({ name, about }) => `| \`${name}\` | ${about} |`);
  return `| proof | says |\n|---|---|\n${rows.join('\n')}\n`;
}

if (require.main === module) {
  for (const page of pages()) writeFileSync(join(ROOT, page), filled(page));
}
