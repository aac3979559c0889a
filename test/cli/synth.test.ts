import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Folder } from './called';

const here = new Folder();
afterAll(() => rmSync(here.path, { recursive: true, force: true }));

const FAULT = 'extends: first\nmodels: { chat: { maxSequences: 9000 } }\n';
const read = (path: string): string => readFileSync(join(here.path, path), 'utf8');

test('a good environment is written whole, and told on one screen', async () => {
  const { code, out, err } = await here.call('synth first');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(readdirSync(join(here.path, 'out')).sort()).toEqual(['first']);
  expect(readdirSync(join(here.path, 'out/first')).sort()).toEqual([
    'foundation.json',
    'gitops',
    'platform.json',
  ]);
  expect(readdirSync(join(here.path, 'out/first/gitops')).sort()).toEqual(['argocd', 'flux']);
  expect(JSON.parse(read('out/first/platform.json'))).toMatchObject({
    environment: 'first',
    models: [{ alias: 'chat', model: 'Qwen/Qwen3-32B', pool: 'l40s', gpusPerReplica: 4 }],
  });
  expect(out.split('\n')[0]).toBe('first  proven');
  expect(out).toContain('models   chat Qwen/Qwen3-32B, 1 × vllm, 4 GPU a replica');
  expect(out).toMatch(/written\s+\d+ files in out\/first/);
});

test('a refused environment writes nothing and keeps what was written before', async () => {
  const before = read('out/first/platform.json');
  here.write('worse', FAULT);
  const { code, out } = await here.call('synth worse');
  expect(code).toBe(1);
  expect(out.split('\n')[0]).toBe('first  refused, nothing written');
  expect(out).toContain("'batchedTokens' is 2048");
  expect(read('out/first/platform.json')).toBe(before);
  expect(readdirSync(join(here.path, 'out'))).toEqual(['first']);
});

test('a second run leaves nothing of the first behind', async () => {
  const stray = 'out/first/gitops/flux/layers/gpu-operator/releases.yaml';
  const before = read(stray);
  here.write(
    'smaller',
    'extends: first\npools: { l40s: null }\nmodels: { chat: { model: Qwen/Qwen3-32B, engine: simulator } }\n',
  );
  expect((await here.call('synth smaller')).code).toBe(0);
  expect(existsSync(join(here.path, stray))).toBe(false);
  expect((await here.call('synth first')).code).toBe(0);
  expect(read(stray)).toBe(before);
});

test('--out writes elsewhere, --json says what', async () => {
  const { code, out } = await here.call('synth first --out build --json');
  const report = JSON.parse(out);
  expect(code).toBe(0);
  expect(Object.keys(report)).toEqual(['environment', 'ok', 'findings', 'proofs', 'files']);
  expect(report.files).toContain('gitops/flux/kustomization.yaml');
  for (const file of report.files) expect(existsSync(join(here.path, 'build/first', file))).toBe(true);
});

test('--out may lie anywhere', async () => {
  const elsewhere = join(here.path, 'else', 'where');
  expect((await here.call(`synth first --out ${elsewhere}`)).code).toBe(0);
  expect(existsSync(join(elsewhere, 'first/platform.json'))).toBe(true);
});

test('two files of one name would write one folder', async () => {
  here.write('again', 'extends: first\n');
  const { code, err } = await here.call('synth first again');
  expect(code).toBe(2);
  expect(err).toMatch(/first\.yaml and .*again\.yaml are both called 'first'; nothing was written/);
});

test('says which models rest on a measurement', async () => {
  const file = join(__dirname, '../refusals/repaired/fit-observed-elsewhere.yaml');
  const { code, out } = await here.call(`synth ${file}`);
  expect(code).toBe(0);
  expect(out).toMatch(
    /chat +openai\/gpt-oss-120b.*; rests on a measurement: 9\.6 GiB of cache on H100, vLLM 0\.33\.0/,
  );
});

test('the screen says who is told of alerts, and when it is nobody', async () => {
  const line = (out: string) => /^ {2}alerts +(.*)$/m.exec(out)?.[1];
  const { out } = await here.call('synth first');
  expect(line(out)).toBe('nobody is told of any alert: name a receiver in observability.alerts');

  const alerts = 'slack: { channel: "#ops", secret: alerts/slack }, pagerduty: { secret: alerts/pagerduty }';
  here.write('told', `extends: first\nobservability: { alerts: { ${alerts} } }\n`);
  const told = await here.call('synth told');
  expect(line(told.out)).toBe(
    'critical to slack and pagerduty, the rest to slack; nobody notices when alerting itself is down',
  );
  expect(told.out).toContain('--secret-id nexus/first/alerts/pagerduty');
});
