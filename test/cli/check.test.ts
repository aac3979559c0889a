import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder } from './called';

const here = new Folder({
  broken: 'extends: first\nmodels:\n  chat: { gpu: 4 }\n  embed: { model: BAAI/bge-m3, pool: l4 }\n',
  refused: 'extends: first\nmodels: { chat: { maxSequences: 9000 } }\n',
});
afterAll(() => rmSync(here.path, { recursive: true, force: true }));

describe('exit codes', () => {
  test('0: every proof passed', async () => {
    const { code, out, err } = await here.call('check first');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^first: \d+ proofs passed, [\d,]+ checks\n$/);
  });

  test('1: a fault in what the file describes', async () => {
    expect(await here.call('check refused')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "err": "",
        "out": "[construct] serving/chat (VllmService): 'batchedTokens' is 2048, below 'maxSequences', 9000
        why: a step has at least one token of each running request; the server ends at its start
        fix: raise batchedTokens to 9000, or lower maxSequences to 2048
        set in: environments/refused.yaml:2:17 models.chat

      refused: refused: 1 finding
      ",
      }
    `);
  });

  test('2: a fault in the file itself, all of them at once', async () => {
    expect(await here.call('check broken')).toMatchInlineSnapshot(`
      {
        "code": 2,
        "err": "environments/broken.yaml
        3:11  models.chat.gpu: unknown key; did you mean 'gpus'?
        4:38  models.embed.pool: 'l4' is not a pool here; did you mean 'l40s'?
      2 problems; nothing was synthesized
      ",
        "out": "",
      }
    `);
  });

  test('of several environments the worst counts, and each is told', async () => {
    const { code, out, err } = await here.call('check first refused broken');
    expect(code).toBe(2);
    expect(out).toContain('first: ');
    expect(out).toContain('refused: refused: 1 finding');
    expect(err).toContain('2 problems; nothing was synthesized');
  });

  test('without a name, all of the folder', async () => {
    const { code, out, err } = await here.call('check');
    expect(code).toBe(2);
    expect(err).toContain('broken.yaml');
    expect(out).toContain('refused: refused: 1 finding');
    expect(out.startsWith('first: ')).toBe(true);
  });
});

test('any file works, wherever it lies', async () => {
  const elsewhere = new Folder();
  try {
    const { code, out } = await here.call(`check ${join(elsewhere.path, 'environments/first.yaml')}`);
    expect(code).toBe(0);
    expect(out).toMatch(/first\.yaml: \d+ proofs passed/);
  } finally {
    rmSync(elsewhere.path, { recursive: true, force: true });
  }
});

describe('--json', () => {
  test('one environment is one object', async () => {
    const { code, out } = await here.call('check first --json');
    const report = JSON.parse(out);
    expect(code).toBe(0);
    expect(Object.keys(report)).toEqual(['environment', 'ok', 'findings', 'proofs']);
    expect(report).toMatchObject({ environment: 'first', ok: true, findings: [] });
    expect(report.proofs).toContainEqual({ name: 'object-is-valid', checked: expect.any(Number) });
  });

  test('a finding says where, what, why and how to repair it', async () => {
    const { code, out, err } = await here.call('check refused --json');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(JSON.parse(out).findings).toMatchInlineSnapshot(`
      [
        {
          "at": "environments/refused.yaml:2:17",
          "fix": "raise batchedTokens to 9000, or lower maxSequences to 2048",
          "object": "serving/chat (VllmService)",
          "origin": "models.chat",
          "proof": "construct",
          "severity": "error",
          "what": "'batchedTokens' is 2048, below 'maxSequences', 9000",
          "why": "a step has at least one token of each running request; the server ends at its start",
        },
      ]
    `);
  });

  test('a file that cannot be read is findings as well', async () => {
    const { code, out, err } = await here.call('check broken --json');
    expect({ code, err }).toEqual({ code: 2, err: '' });
    const { ok, findings } = JSON.parse(out);
    expect(ok).toBe(false);
    expect(findings.map(({ object, at }: { object: string; at: string }) => `${at} ${object}`)).toEqual([
      'environments/broken.yaml:3:11 models.chat.gpu',
      'environments/broken.yaml:4:38 models.embed.pool',
    ]);
  });

  test('several environments are a list', async () => {
    const { out } = await here.call('check first refused --json');
    expect(JSON.parse(out).map(({ ok }: { ok: boolean }) => ok)).toEqual([true, false]);
  });
});

test('check writes nothing', () => {
  expect(existsSync(join(here.path, 'out'))).toBe(false);
});
