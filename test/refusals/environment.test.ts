import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EnvironmentError, loadEnvironment } from '../../environments';
import { build } from '../../stacks';
import { said } from './said';

/** Every file but the one that they all extend. */
const cases = readdirSync(__dirname)
  .filter((name) => name.endsWith('.yaml') && name !== 'base.yaml')
  .map((name) => basename(name, '.yaml'));

/** What a reader is told about an environment file. */
function verdict(file: string): { readonly ok: boolean; readonly text: string } {
  try {
    const { ok, findings } = build(loadEnvironment(file));
    return { ok, text: said(findings) };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { ok: false, text: error.message };
  }
}

test('the platform that they change is without a fault', () => {
  expect(verdict(join(__dirname, 'base.yaml'))).toEqual({ ok: true, text: '' });
});

describe.each(cases)('%s', (id) => {
  const file = join(__dirname, `${id}.yaml`);

  test('is refused, at its line', async () => {
    const { ok, text } = verdict(file);
    expect(ok).toBe(false);
    // A fault of the file stands at line:column below its name; a finding carries all three.
    expect(text).toMatch(/\.yaml(:\d+:\d+ |\n {2}\d+:\d+ )/);
    await expect(`${text}\n`).toMatchFileSnapshot(`messages/${id}.txt`);
  });

  test('says in its first line what the fault is', () => {
    expect(readFileSync(file, 'utf8')).toMatch(/^# [A-Z].*\.\nextends: base\n/);
  });

  test('passes once repaired', () => {
    const twin = join(__dirname, 'repaired', `${id}.yaml`);
    expect(existsSync(twin)).toBe(true);
    expect(verdict(twin)).toEqual({ ok: true, text: '' });
  });
});
