import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(__dirname, '..');

/** Packages that a command has loaded when it ends. */
function loadedBy(args: readonly string[]): string[] {
  const program = `
    const { main } = require('./lib/cli/main.ts');
    main(${JSON.stringify(args)}, { out() {}, err() {}, terminal: false, cwd: process.cwd() }).then((code) => {
      const packages = Object.keys(require.cache).map((file) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]);
      console.log(JSON.stringify({ code, packages: [...new Set(packages)].filter((name) => name && !['tsx', 'esbuild'].includes(name)).sort() }));
    });
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import=tsx', '-e', program], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  const { code, packages } = JSON.parse(stdout);
  expect(code).toBe(0);
  return packages;
}

test('check loads the object model, the YAML reader and the rule language, and no SDK', () => {
  expect(loadedBy(['check', 'prod'])).toEqual([
    '@marcbachmann/cel-js',
    'cdk8s',
    'cdk8s-plus-30',
    'constructs',
    'yaml',
  ]);
});

test('help loads nothing of the object model', () => {
  expect(loadedBy(['--help'])).toEqual([]);
});
