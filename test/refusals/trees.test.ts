import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { App } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { platformBound } from '../../lib/aws';
import { PlatformError, POLICIES, policyOf, render, type Tier } from '../../lib/core';
import { PROOFS, proofInput, prove } from '../../lib/proofs';
import { ground } from './ground';
import { said } from './said';

/** A tree with a fault, and the same tree without it. */
interface Case {
  readonly faulty: (app: App) => void;
  readonly repaired: (app: App) => void;
}

const folder = join(__dirname, 'trees');
const cases = readdirSync(folder).map((name) => basename(name, '.ts'));

const tierOf = (app: App): Tier => {
  const [[tier]] = Object.entries(POLICIES).filter(([, policy]) => policy === policyOf(app));
  return tier as Tier;
};

/** What a reader is told about a tree; nothing when it is good. */
function verdict(grow: (app: App) => void): string {
  const app = new App();
  try {
    grow(app);
    const rendered = render(app);
    const templateBound = [{ stack: 'nexus-test-platform', ...platformBound('nexus-test', rendered.layers) }];
    return said(
      prove(PROOFS, proofInput(rendered, { policy: { tier: tierOf(app) }, plan: { templateBound } }))
        .findings,
    );
  } catch (error) {
    if (error instanceof PlatformError) return said([error.finding]);
    throw error;
  }
}

test('the ground that they stand on is without a fault', () => {
  expect(verdict(ground)).toBe('');
});

describe.each(cases)('%s', (id) => {
  test('is refused', async () => {
    const { faulty } = (await import(join(folder, id))) as Case;
    const text = verdict(faulty);
    expect(text).not.toBe('');
    await expect(`${text}\n`).toMatchFileSnapshot(`messages/${id}.txt`);
  });

  test('says in its first line what the fault is', () => {
    expect(readFileSync(join(folder, `${id}.ts`), 'utf8')).toMatch(/^\/\/ [A-Z].*\.\n/);
  });

  test('passes once repaired', async () => {
    const { repaired } = (await import(join(folder, id))) as Case;
    expect(verdict(repaired)).toBe('');
  });
});
