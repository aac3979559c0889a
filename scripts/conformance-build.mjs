// Builds the programs of the conformance tier from the modules pinned in test/conformance/go, into a cache outside
// the tree that is named by those pins. A second run finds everything there and does nothing.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('../test/conformance/go', import.meta.url));
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nexus-eks', 'conformance');
/** From here on, Go fetches the newer toolchain that a module asks for by itself. */
const OLDEST_GO = [1, 21];

const kubernetes = (name) => ({ name, module: 'control-plane', main: `k8s.io/kubernetes/cmd/${name}`, stamp: true });
const PROGRAMS = [
  { name: 'etcd', module: 'control-plane', main: './etcd' },
  kubernetes('kube-apiserver'),
  kubernetes('kube-controller-manager'),
  kubernetes('kube-scheduler'),
  { name: 'kwok', module: 'kwok', main: 'sigs.k8s.io/kwok/cmd/kwok' },
  { name: 'karpenter', module: 'karpenter', main: '.' },
  { name: 'promtool', module: 'prometheus', main: 'github.com/prometheus/prometheus/cmd/promtool' },
  { name: 'amtool', module: 'alertmanager', main: 'github.com/prometheus/alertmanager/cmd/amtool' },
];

function fail(line) {
  process.stderr.write(`conformance: ${line}\n`);
  process.exit(1);
}

function goVersion() {
  let answer;
  try {
    answer = execFileSync('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], { encoding: 'utf8', cwd: homedir() });
  } catch {
    return fail(`Go is missing; install 1.${OLDEST_GO[1]} or newer, from https://go.dev/dl`);
  }
  const [version, os, arch] = answer.trim().split('\n');
  const [major, minor] = (/^go(\d+)\.(\d+)/.exec(version) ?? [0, 99, 0]).slice(1).map(Number);
  if (major < OLDEST_GO[0] || (major === OLDEST_GO[0] && minor < OLDEST_GO[1])) {
    return fail(`${version} is too old; install Go 1.${OLDEST_GO[1]} or newer, from https://go.dev/dl`);
  }
  return `${version} ${os}/${arch}`;
}

/** Everything that decides what comes out. */
function keyOf(go, programs) {
  const hash = createHash('sha256').update(JSON.stringify([go, programs]));
  const files = readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && /\.go$|^go\.(mod|sum)$/.test(file.name))
    .map((file) => join(file.parentPath ?? file.path, file.name))
    .sort();
  for (const file of files) hash.update(`\0${relative(SOURCES, file)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

/** Without the stamp the API server cannot parse its own version. */
function linkFlags({ module, stamp }) {
  if (!stamp) return '-s -w';
  const pins = readFileSync(join(SOURCES, module, 'go.mod'), 'utf8');
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/.exec(pins);
  const set = (name, value) => `-X k8s.io/component-base/version.${name}=${value}`;
  return ['-s -w', set('gitVersion', version), set('gitMajor', major), set('gitMinor', minor)].join(' ');
}

function build(program, out) {
  const args = ['build', '-mod=readonly', '-trimpath', '-ldflags', linkFlags(program), '-o', out, program.main];
  const go = spawn('go', args, {
    cwd: join(SOURCES, program.module),
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false', GOWORK: 'off' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  process.once('exit', () => go.kill());
  return new Promise((resolve) => go.on('close', (code) => resolve(code === 0)));
}

/** `current` names what was built last, so that finding it needs neither Go nor the sources. */
function point(key) {
  const link = join(CACHE, `current.${process.pid}`);
  rmSync(link, { force: true });
  symlinkSync(key, link);
  renameSync(link, join(CACHE, 'current'));
}

const assets = process.env.KUBEBUILDER_ASSETS;
const given = (name) => Boolean(assets) && ['etcd', 'kube-apiserver'].includes(name) && existsSync(join(assets, name));
const wanted = PROGRAMS.filter(({ name }) => !given(name));
const key = keyOf(goVersion(), wanted);
const home = join(CACHE, key);
if (wanted.every(({ name }) => existsSync(join(home, 'bin', name)))) {
  point(key);
  process.stdout.write(`conformance: ${wanted.length} programs are ready in ${join(home, 'bin')}\n`);
} else {
  const draft = join(CACHE, `${key}.${process.pid}.tmp`);
  process.on('exit', () => rmSync(draft, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
  mkdirSync(join(draft, 'bin'), { recursive: true });
  for (const [index, program] of wanted.entries()) {
    const start = Date.now();
    process.stdout.write(`conformance: ${index + 1}/${wanted.length} ${program.name} …`);
    if (!(await build(program, join(draft, 'bin', program.name)))) {
      process.stdout.write('\n');
      fail(`${program.name} did not build; Go says why above`);
    }
    process.stdout.write(` ${Math.round((Date.now() - start) / 1000)} s\n`);
  }
  rmSync(home, { recursive: true, force: true });
  renameSync(draft, home);
  point(key);
  process.stdout.write(`conformance: ${wanted.length} programs built into ${join(home, 'bin')}\n`);
}
