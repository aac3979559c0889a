// Runs the conformance tier: looks at the machine, builds the programs, runs the suites, two at a time, and prints one
// table. `node scripts/conformance.mjs [suite …]`
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, homedir, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SUITES = join(ROOT, 'test', 'conformance');
const CI = process.env.CI === 'true';
const GIB = 1024 ** 3;
/** A machine sold with 8 GB shows a little less. */
const MEMORY_GIB = 7;
const DISK_GIB = 15;

function atLeast(version, oldest) {
  const [major, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

function versionOf(program, args) {
  try {
    return /(\d+\.\d+)/.exec(execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))?.[1];
  } catch {
    return undefined;
  }
}

/** What the tier needs and this machine does not have. */
function lacking() {
  const needs = [
    ['Node', process.versions.node, [20, 0]],
    ['Go', versionOf('go', ['version']), [1, 21]],
    ['Python', versionOf('python3', ['--version']), [3, 11]],
  ];
  const lacks = needs
    .filter(([, version, oldest]) => !version || !atLeast(version, oldest))
    .map(([name, version, oldest]) => `${name} ${oldest.join('.')} (${version ? `has ${version}` : 'has none'})`);
  const memory = totalmem() / GIB;
  if (memory < MEMORY_GIB) lacks.push(`8 GB of memory (has ${memory.toFixed(0)})`);
  const built = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nexus-eks', 'conformance', 'current');
  // Most of the disk goes into Go's caches, once.
  const disk = statfsSync(homedir());
  const free = (disk.bavail * disk.bsize) / GIB;
  if (!existsSync(built) && free < DISK_GIB) lacks.push(`${DISK_GIB} GB of disk (${free.toFixed(0)} free)`);
  return lacks;
}

/** One suite in a process of its own. Alone it prints as it goes; beside others, all at once when it has ended. */
async function run(name, folder, alone) {
  const results = join(folder, `${name}.json`);
  const tally = join(folder, `${name}.jsonl`);
  const start = Date.now();
  const args = ['run', '--config', join(SUITES, 'vitest.config.mts'), join(SUITES, `${name}.test.ts`)];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, ...args, ...reporters], {
    cwd: ROOT,
    // What a suite leaves behind goes with the folder.
    env: { ...process.env, TMPDIR: folder, NEXUS_CONFORMANCE_TALLY: tally, NEXUS_CONFORMANCE_ASKED: asked },
    stdio: ['ignore', ...(alone ? ['inherit', 'inherit'] : ['pipe', 'pipe'])],
  });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => printed.push(chunk));
  const status = await new Promise((resolve) => child.on('close', resolve));
  process.stdout.write(Buffer.concat(printed));
  const seconds = Math.round((Date.now() - start) / 1000);
  const lines = existsSync(tally) ? readFileSync(tally, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) : [];
  const skipped = lines.find((line) => line.skipped)?.skipped ?? '';
  if (!existsSync(results)) return { name, checked: '', passed: 0, failed: 1, seconds, skipped };
  const { numPassedTests: passed, numFailedTests, success } = JSON.parse(readFileSync(results, 'utf8'));
  // A suite that cannot be read has no tests to fail.
  const failed = numFailedTests || (success && status === 0 ? 0 : 1);
  return { name, checked: checkedOf(lines), passed, failed, seconds, skipped };
}

/** So many at once, those that take longest first; rows in the order of the names. */
async function runAll(names, folder) {
  const atOnce = availableParallelism() > 1 && totalmem() / GIB >= MEMORY_GIB ? 2 : 1;
  const queue = [...names].sort((a, b) => rank(a) - rank(b));
  const rows = [];
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      if (names.length > 1) process.stdout.write(`conformance: ${name} …\n`);
      rows.push(await run(name, folder, names.length === 1 || atOnce === 1));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const LONGEST = ['rehearsal', 'api-server', 'litellm', 'chat-path', 'vllm', 'placement', 'pulumi', 'cdk'];
const rank = (name) => (LONGEST.includes(name) ? LONGEST.indexOf(name) : LONGEST.length);

/** `720 objects applied, 40 namespaces` */
function checkedOf(lines) {
  const sums = new Map();
  for (const { checked, what } of lines) if (what) sums.set(what, (sums.get(what) ?? 0) + checked);
  return [...sums].map(([what, sum]) => `${sum.toLocaleString('en')} ${what}`).join(', ');
}

function table(rows) {
  const columns = ['suite', 'passed', 'failed', 'seconds', 'checked'];
  const cells = rows.map(({ name, checked, passed, failed, seconds, skipped }) => [
    name,
    `${passed}`,
    `${failed}`,
    `${seconds}`,
    skipped ? `skipped: ${skipped}` : checked,
  ]);
  const widths = columns.map((column, i) => Math.max(column.length, ...cells.map((row) => row[i].length)));
  return [columns, ...cells].map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd()).join('\n');
}

const all = readdirSync(SUITES)
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => file.slice(0, -'.test.ts'.length))
  .sort();
const wanted = [...new Set(process.argv.slice(2))];
// Whoever names an optional suite wants it built.
const asked = [process.env.NEXUS_CONFORMANCE_ASKED, ...wanted].filter(Boolean).join(',');
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`conformance: no suite '${unknown[0]}'; there are ${all.join(', ')}\n`);
  process.exit(2);
}

const lacks = lacking();
if (lacks.length > 0) process.stderr.write(`conformance: this machine lacks ${lacks.join(', ')}\n`);
if (lacks.length > 0 && CI) process.exit(1);
const build = spawnSync(process.execPath, [join(ROOT, 'scripts', 'conformance-build.mjs')], { stdio: 'inherit' });
if (build.status !== 0 && CI) process.exit(1);

const folder = mkdtempSync(join(tmpdir(), 'nexus-conformance-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const rows = await runAll(wanted.length > 0 ? wanted : all, folder);
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
process.stdout.write(`\n${table(rows)}\n\n${sum('passed')} passed, ${sum('failed')} failed\n`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
