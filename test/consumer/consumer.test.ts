import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runPulumi } from '../engines/pulumi-engine';
import { type Packed, Project, pack, ROOT } from './project';

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const optional = Object.keys(manifest.peerDependenciesMeta);
const required = [
  ...Object.keys(manifest.dependencies),
  ...Object.keys(manifest.peerDependencies).filter((name) => !optional.includes(name)),
];

/** A file that reads well and describes a server that ends at its start. */
const FAULT = "'batchedTokens' is 2048, below 'maxSequences', 9000";

let temp: string;
let packed: Packed;
/** Without CDK and without Pulumi. */
let plain: Project;
/** With both. */
let full: Project;

beforeAll(() => {
  temp = mkdtempSync(join(tmpdir(), 'consumer-'));
  packed = pack(temp);
  const tarball = join(temp, packed.filename);
  for (const name of ['plain', 'full']) mkdirSync(join(temp, name));
  plain = new Project(join(temp, 'plain'), tarball, [...required, '@types/node']);
  full = new Project(join(temp, 'full'), tarball, [...required, ...optional, '@types/node', 'tsx']);
  for (const { folder } of [plain, full]) {
    writeFileSync(
      join(folder, 'environments/fault.yaml'),
      'extends: first\nmodels: { chat: { maxSequences: 9000 } }\n',
    );
  }
}, 60_000);

afterAll(() => rmSync(temp, { recursive: true, force: true }));

describe('the tarball', () => {
  test('holds what runs, its data and its papers, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    // And what `nexus rehearse` builds its programs from.
    const known =
      /^(dist\/(lib|stacks|environments)\/.+\.(js|d\.ts|json|md)|docs\/.+\.md|(scripts\/conformance-build\.mjs|test\/conformance\/go\/.+))$/;
    expect(paths.filter((path) => !known.test(path)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      // What Jobs and init containers run.
      'dist/lib/gateway/data/gateway-smoke.py',
      'dist/lib/serving/data/batch-runner.py',
      'dist/lib/serving/data/lmcache.py',
      'dist/lib/serving/data/node-weights.py',
      'dist/lib/serving/data/pilot.py',
      'dist/lib/serving/data/repository.py',
      'dist/lib/serving/data/smoke.py',
      'dist/lib/serving/data/weights.py',
      'package.json',
    ]);
    expect(paths.filter((path) => /\.test\.|^dist\/test\/|fixture/.test(path))).toEqual([]);
  });

  test('knows no path of the machine that made it', () => {
    const unpacked = join(plain.folder, 'node_modules/nexus-eks');
    const machine = [ROOT, `${homedir()}/`, join(tmpdir(), 'consumer-')];
    const wrong = packed.files
      .map(({ path }) => path)
      .filter((path) => machine.some((text) => readFileSync(join(unpacked, path), 'utf8').includes(text)));
    expect(wrong).toEqual([]);
  });

  test('has a file behind every export, and each can be required', () => {
    const keys = Object.keys(manifest.exports);
    expect(keys.length).toBeGreaterThan(10);
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    const unpacked = join(full.folder, 'node_modules/nexus-eks');
    expect(targets.filter((target) => !existsSync(join(unpacked, target)))).toEqual([]);
    const names = keys.map((key) => join('nexus-eks', key));
    const script = `for (const name of ${JSON.stringify(names)}) if (!require(name)) throw new Error(name);`;
    expect(full.node(['-e', script])).toEqual({ code: 0, out: '', err: '' });
  });

  test('is imported by name from ES modules too', () => {
    const script = `import { attachProofs, Layer, VllmService } from 'nexus-eks';
      import { Workload } from 'nexus-eks/core';
      console.log([attachProofs, Layer, VllmService, Workload].map(({ name }) => name).join(' '));`;
    expect(plain.node(['--input-type=module', '-e', script])).toMatchObject({
      out: 'attachProofs Layer VllmService Workload\n',
      err: '',
    });
  });

  test('loads neither CDK nor Pulumi by its own name, even where they are installed', () => {
    const script = `require('nexus-eks'); require('nexus-eks/stacks');
      const sdk = Object.keys(require.cache).filter((file) => /aws-cdk-lib|@pulumi/.test(file));
      console.log(sdk.length);`;
    expect(full.node(['-e', script]).out).toBe('0\n');
  });
});

describe('a plain cdk8s app, without CDK and Pulumi', () => {
  test('compiles, synthesizes, and refuses a fault', () => {
    expect(readdirSync(join(plain.folder, 'node_modules'))).not.toContain('aws-cdk-lib');
    expect(plain.compile('cdk8s')).toEqual({ code: 0, out: '', err: '' });
    const fault = plain.node(['cdk8s.js', 'fault']);
    expect(fault.code).toBe(1);
    expect(fault.err).toContain('[references-resolve] NodePool/l40s: is of kind karpenter.sh/NodePool');
    expect(readdirSync(join(plain.folder, 'out'))).toEqual([]);
    expect(plain.node(['cdk8s.js'])).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(join(plain.folder, 'out/models.k8s.yaml'), 'utf8')).toContain('kind: NodePool');
  });

  test('has the command', () => {
    const nexus = join('node_modules/nexus-eks', 'dist/lib/cli/main.js');
    const run = (...args: string[]) => plain.node([nexus, ...args]);
    expect(run('--help').out).toContain('nexus <command>');
    expect(run('check', 'environments/first.yaml')).toMatchObject({ code: 0, err: '' });
    expect(run('check', 'fault')).toMatchObject({
      code: 1,
      out: expect.stringContaining(FAULT),
    });
    expect(readFileSync(join(plain.folder, nexus), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});

describe('a CDK app and a Pulumi program', () => {
  test('compile together, declarations of every library checked', () => {
    expect(full.compile('cdk8s', 'cdk', 'pulumi')).toEqual({ code: 0, out: '', err: '' });
  }, 60_000);

  const cdk = (env: string) =>
    full.node(['cdk.js'], {
      CDK_CONTEXT_JSON: JSON.stringify({ env }),
      CDK_OUTDIR: join(full.folder, 'cdk.out'),
      CDK_VALIDATION: 'false',
    });

  const templates = () =>
    readdirSync(join(full.folder, 'cdk.out'))
      .filter((name) => name.endsWith('.template.json'))
      .sort();

  test('CDK refuses a fault and writes nothing; without it, two stacks', () => {
    const fault = cdk('fault');
    expect(fault).toMatchObject({ code: 1, out: '' });
    expect(fault.err).toContain(FAULT);
    expect(fault.err).not.toContain('    at ');
    expect(templates()).toEqual([]);

    expect(cdk('first')).toMatchObject({ code: 0, err: '' });
    expect(templates()).toEqual([
      'nexus-first-foundation.template.json',
      'nexus-first-platform.template.json',
    ]);
  });

  test('Pulumi refuses a fault and registers nothing; without it, the whole platform', async () => {
    const program = join(full.folder, 'pulumi.js');
    const [fault, good] = await Promise.all(
      ['fault', 'first'].map((stack) => runPulumi(program, stack, full.folder)),
    );
    expect(fault).toMatchObject({ exitCode: 1, resources: [] });
    expect(fault.output).toContain(FAULT);

    expect(good.exitCode).toBe(0);
    const types = new Set(good.resources.map(({ type }) => type));
    for (const type of ['aws:eks/cluster:Cluster', 'kubernetes:apps/v1:Deployment'])
      expect(types).toContain(type);
  }, 60_000);
});
