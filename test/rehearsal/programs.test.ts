import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Programs } from '../../lib/rehearsal';

let cache: string;
beforeAll(() => {
  cache = realpathSync(mkdtempSync(join(tmpdir(), 'nexus-cache-')));
  const home = join(cache, 'nexus-eks', 'conformance');
  for (const folder of [join(home, 'pins', 'bin'), join(cache, 'assets')])
    mkdirSync(folder, { recursive: true });
  symlinkSync('pins', join(home, 'current'));
  for (const name of ['etcd', 'kwok']) writeFileSync(join(home, 'pins', 'bin', name), '');
  writeFileSync(join(cache, 'assets', 'etcd'), '');
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

test('programs are found where the pins put them', () => {
  const programs = new Programs({ XDG_CACHE_HOME: cache });
  expect(programs.path('kwok')).toBe(join(cache, 'nexus-eks', 'conformance', 'pins', 'bin', 'kwok'));
});

test('those of KUBEBUILDER_ASSETS come first', () => {
  const programs = new Programs({ XDG_CACHE_HOME: cache, KUBEBUILDER_ASSETS: join(cache, 'assets') });
  expect(programs.path('etcd')).toBe(join(cache, 'assets', 'etcd'));
  expect(programs.missing(['etcd', 'kwok'])).toEqual([]);
});

test('what is missing is said in one line, with the command that builds it', () => {
  const programs = new Programs({ XDG_CACHE_HOME: cache });
  expect(() => programs.require(['etcd', 'karpenter', 'promtool'])).toThrowErrorMatchingInlineSnapshot(
    `[MissingProgramsError: karpenter, promtool are not built yet; run: npm run conformance:build]`,
  );
});
