import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../../environments';
import * as library from '../../lib';
import { constructPages, PAGES } from '../../scripts/construct-pages';
import { build } from '../../stacks';
import { platform } from '../../stacks/platform';
import { autoMode } from './constructs/auto-mode';
import { tour } from './constructs/tour';

test('the pages are those of the constructs: node --import=tsx scripts/construct-pages.ts', () => {
  const pages = constructPages();
  expect(readdirSync(PAGES).sort()).toEqual([...pages.keys()].sort());
  for (const [file, text] of pages) expect(readFileSync(join(PAGES, file), 'utf8')).toBe(text);
});

test.each(Object.entries({ tour, autoMode }))('what the pages show in code is proven: %s', (_, example) => {
  const outdir = mkdtempSync(join(tmpdir(), 'tour-'));
  try {
    example(outdir).synth();
    expect(readdirSync(outdir).length).toBeGreaterThan(0);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});

describe.each(['tour', 'laptop', 'istio'])('what the pages show of %s.yaml', (name) => {
  const file = join(__dirname, 'environments', `${name}.yaml`);
  const environment = loadEnvironment(file);

  test('is proven', () => {
    const { findings, ok } = build(environment);
    // Caches of prompts over TCP are told, and may be.
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(ok).toBe(true);
  });

  test('makes the constructs that it is shown for', () => {
    const markers = readFileSync(file, 'utf8').matchAll(/# snippet: (.+)/g);
    const named = [...markers].flatMap(([, names]) => names.split(' '));
    const nodes = platform(environment).node.findAll();
    const classes = library as unknown as Readonly<Record<string, abstract new (...args: never) => object>>;
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((one) => !nodes.some((node) => node instanceof classes[one]))).toEqual([]);
  });
});
