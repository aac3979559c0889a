import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { measure, type Subject } from './measure';

const ROOT = join(__dirname, '../..');
const NEXUS = join(ROOT, 'dist/lib/cli/main.js');
const RUNS = Number(process.argv[2] ?? 5);

/** A folder in which our dependencies resolve. */
function folder(files: Record<string, string>): string {
  const made = mkdtempSync(join(tmpdir(), 'nexus-bench-'));
  symlinkSync(join(ROOT, 'node_modules'), join(made, 'node_modules'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(made, name, '..'), { recursive: true });
    writeFileSync(join(made, name), text);
  }
  return made;
}

/** prod with so many models, all alike. */
function manyModels(count: number): string {
  const read = (name: string) => readFileSync(join(ROOT, 'environments', name), 'utf8');
  const prod = parse(read('prod.yaml'));
  prod.pools.l40s.limit = 10_000_000;
  delete prod.aws.quotas;
  const object = 'Stack/nexus-prod-platform';
  prod.waivers = [{ proof: 'template-fits-cloudformation', object, reason: 'delivered by Flux, not by CDK' }];
  const model = { model: 'Qwen/Qwen3-32B', pool: 'l40s', gpus: 4, context: 32768, drainSeconds: 120 };
  for (let n = 1; n < count; n++) prod.models[`chat-${n}`] = { ...model };
  // A waiver that hides nothing would be a finding itself.
  if (count < 150) delete prod.waivers;
  return folder({ 'environments/base.yaml': read('base.yaml'), 'environments/prod.yaml': stringify(prod) });
}

const cdk8s = folder({
  'cdk8s.yaml': 'language: typescript\napp: node main.js\n',
  'main.js': `const { App, Chart, ApiObject } = require('cdk8s');
const app = new App();
new ApiObject(new Chart(app, 'hello'), 'hello', { apiVersion: 'v1', kind: 'ConfigMap', data: { hello: 'world' } });
app.synth();
`,
});
const cdk = folder({
  'cdk.json': JSON.stringify({ app: 'node main.js' }),
  'main.js': `const { App, Stack } = require('aws-cdk-lib');
const { Bucket } = require('aws-cdk-lib/aws-s3');
const app = new App();
new Bucket(new Stack(app, 'hello'), 'hello');
app.synth();
`,
});

const subjects: Subject[] = [
  { name: 'node, empty', args: ['-e', '0'], cwd: ROOT },
  { name: 'nexus check prod', args: [NEXUS, 'check', 'prod'], cwd: ROOT },
  {
    name: 'cdk8s synth, one object',
    args: [join(ROOT, 'node_modules/cdk8s-cli/bin/cdk8s'), 'synth'],
    cwd: cdk8s,
  },
  {
    name: 'cdk synth, one bucket',
    args: [join(ROOT, 'node_modules/aws-cdk/bin/cdk'), 'synth', '--quiet'],
    cwd: cdk,
  },
];
const growth: Subject[] = [10, 100, 1000].map((count) => ({
  name: `nexus check, ${count} models`,
  args: [NEXUS, 'check', 'prod'],
  cwd: manyModels(count),
}));

const results = new Map([...measure(subjects, RUNS), ...measure(growth, Math.min(RUNS, 3))]);
const empty = results.get('node, empty');
const rows = [...results].map(([name, { wall, cpu, rss }]) => {
  const times = empty ? (wall / empty.wall).toFixed(1) : '';
  return `| ${name} | ${wall.toFixed(2)} | ${cpu.toFixed(2)} | ${rss.toFixed(0)} | ${times} |`;
});
const table = `# Bench

Written by \`npm run bench\`: medians of ${RUNS} runs taken in turn, on ${cpus().length} processors, Node ${process.version}.
Compare within the table; absolute times follow the machine.

| | wall s | cpu s | MiB, largest process | wall, times an empty node |
|---|---|---|---|---|
${rows.join('\n')}
`;
writeFileSync(join(ROOT, 'docs/bench.md'), table);
process.stdout.write(table);
