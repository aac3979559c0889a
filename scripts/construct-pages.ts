/**
 * Writes docs/constructs, one page for each construct: `node --import=tsx scripts/construct-pages.ts`. What a page says comes
 * from where it is true: words and props from the source, TypeScript from test/examples/constructs, YAML from its environment.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadEnvironment } from '../environments';
import * as library from '../lib';
import { platform } from '../stacks/platform';
import { type ConstructDeclaration, Declarations, type Member } from './declarations';
import { snippetOf, yamlSnippetOf } from './snippets';

const ROOT = join(__dirname, '..');
const EXAMPLES = join(ROOT, 'test/examples');
export const PAGES = join(ROOT, 'docs/constructs');

/** Folders of lib that offer constructs, and the page that tells how they work together. */
const GUIDES: Readonly<Record<string, string>> = {
  serving: 'serving',
  compute: 'compute',
  cluster: 'cluster',
  gateway: 'gateway',
  data: 'data',
  observability: 'observability',
  core: 'proofs',
};

/** Every page by its file name, the index included. */
export function constructPages(): ReadonlyMap<string, string> {
  const declarations = new Declarations(join(ROOT, 'lib'));
  const code = readdirSync(join(EXAMPLES, 'constructs')).map((file) =>
    readFileSync(join(EXAMPLES, 'constructs', file), 'utf8'),
  );
  const environments = ['tour', 'first', 'laptop', 'istio'].map((name) =>
    join(EXAMPLES, `environments/${name}.yaml`),
  );
  const yaml = environments.map((file) => readFileSync(file, 'utf8'));
  const everywhere = classesIn(environments[1]);

  const pages = new Map<string, string>();
  const index = ['# Constructs', '', 'One page each: what it is, in code and in the environment file.', ''];
  for (const [folder, guide] of Object.entries(GUIDES)) {
    index.push(`## ${folder}`, '', '| construct | is |', '|---|---|');
    for (const construct of declarations.constructsOf(folder)) {
      const { name } = construct;
      // Building blocks that are not offered by name are nobody's to construct.
      if (!(name in library)) continue;
      const typescript = found(code, (text) => snippetOf(text, name));
      if (!typescript) throw new Error(`no example of ${name} in test/examples/constructs`);
      const file = fileOf(name);
      index.push(`| [\`${name}\`](${file}) | ${cell(firstSentence(construct.says))} |`);
      const inFile = found(yaml, (text) => yamlSnippetOf(text, name));
      pages.set(
        file,
        page({ construct, folder, guide, typescript, yaml: inFile, always: everywhere.has(name) }),
      );
    }
    index.push('');
  }
  pages.set('README.md', `${index.join('\n').trim()}\n`);
  return pages;
}

interface Page {
  readonly construct: ConstructDeclaration;
  readonly folder: string;
  readonly guide: string;
  readonly typescript: string;
  readonly yaml?: string;
  /** Part of every environment. */
  readonly always: boolean;
}

function page({ construct, folder, guide, typescript, yaml, always }: Page): string {
  const { name, says, props, offers } = construct;
  const without =
    folder === 'core'
      ? 'Other constructs are made of it; no key asks for one.'
      : always
        ? 'Every environment has it; no key asks for it.'
        : 'No key of an environment file makes one: it is for programs.';
  return [
    `# ${name}`,
    '',
    says,
    '',
    `More: [${guide}](../${guide}.md). All constructs: [index](README.md).`,
    '',
    '## In code',
    '',
    '```ts',
    `import { ${name} } from 'nexus-eks/${folder}';`,
    '',
    typescript,
    '```',
    '',
    '## In the environment file',
    '',
    ...(yaml ? ['```yaml', yaml, '```'] : [without]),
    '',
    ...(props.length
      ? ['## Props', '', '| prop | says | default |', '|---|---|---|', ...required(props).map(propRow), '']
      : []),
    ...(offers.length
      ? ['## What it offers', '', '| member | says |', '|---|---|', ...offers.map(memberRow), '']
      : []),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

/** What must be said comes first. */
const required = (props: readonly Member[]): readonly Member[] => [
  ...props.filter(({ optional }) => !optional),
  ...props.filter(({ optional }) => optional),
];

const propRow = ({ name, type, optional, says, fallback }: Member): string =>
  `| \`${name}\` | ${cell([says, code(type)].filter(Boolean).join(' '))} | ${optional ? cell(shownDefault(fallback)) : '**required**'} |`;

const memberRow = ({ name, says }: Member): string => `| \`${name}\` | ${cell(says)} |`;

const code = (type: string): string => `(\`${type}\`)`;

/** Defaults in words begin with a dash. */
function shownDefault(fallback = ''): string {
  return fallback.startsWith('- ') ? fallback.slice(2) : fallback && `\`${fallback.replaceAll("'", '')}\``;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

const firstSentence = (text: string): string => /^.*?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;

const fileOf = (name: string): string => `${kebab(name)}.md`;

const kebab = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();

function found<T>(texts: readonly string[], look: (text: string) => T | undefined): T | undefined {
  for (const text of texts) {
    const result = look(text);
    if (result !== undefined) return result;
  }
  return undefined;
}

/** Names of the constructs that an environment is made of. */
function classesIn(file: string): ReadonlySet<string> {
  const classes = Object.entries(library).filter(([, value]) => typeof value === 'function');
  const nodes = platform(loadEnvironment(file)).node.findAll();
  const used = classes.filter(([, value]) => {
    const { prototype } = value as { prototype?: object };
    return prototype && nodes.some((node) => Object.getPrototypeOf(node) === prototype);
  });
  return new Set(used.map(([name]) => name));
}

if (require.main === module) {
  for (const file of readdirSync(PAGES)) rmSync(join(PAGES, file));
  for (const [file, text] of constructPages()) writeFileSync(join(PAGES, file), text);
}
