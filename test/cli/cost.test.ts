import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Folder } from './called';

const folder = new Folder({
  dear: `extends: first
name: dear
aws: { quotas: { spot-g: 64 } }
`,
  broken: 'name: broken\n',
});

test('an environment is one screen', async () => {
  const { code, out, err } = await folder.call('cost dear');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^dear {2}us-east-1, months of 730 hours, prices of \d{4}-\d\d/);
  expect(out).toMatch(/^ {2}total {2,}.*\$/m);
  expect(out).toMatch(/^ {4}on-demand-standard +\d+ +\d+ +\d+ +L-1216C47A /m);
  expect(out.split('\n').length).toBeLessThan(50);
});

test('numbers stand under each other', async () => {
  const { out } = await folder.call('cost dear');
  const rows = out.split('\n').filter((line) => /^ {2}(EC2 nodes|EKS|KMS|NAT)/.test(line));
  const ends = rows.map((row) => row.search(/\$[\d,.]+( {2}|$)/) + (/\$[\d,.]+/.exec(row)?.[0].length ?? 0));
  expect(rows.length).toBeGreaterThan(3);
  expect(new Set(ends.filter((_, i) => !rows[i].includes(' to '))).size).toBe(1);
});

test('--json has a stable shape', async () => {
  const { out } = await folder.call('cost dear --json');
  const report = JSON.parse(out);
  expect(Object.keys(report)).toEqual([
    'environment',
    'region',
    'priced',
    'total',
    'unknown',
    'budgetUsd',
    'lines',
    'models',
    'quotas',
    'usage',
    'findings',
  ]);
  expect(Object.keys(report.total)).toEqual(['idle', 'maximum', 'ceiling']);
  expect(report.lines[0]).toMatchObject({ service: 'EC2 nodes', unknown: [] });
  expect(report.lines[0].idle).toEqual({ low: expect.any(Number), high: expect.any(Number) });
});

test('a wrong call is one line and exit code 2', async () => {
  const none = await folder.call('cost nowhere');
  expect(none.code).toBe(2);
  expect(none.out).toBe('');
  expect(none.err.trim().split('\n').length).toBe(1);
  const flag = await folder.call('cost --yearly');
  expect(flag.code).toBe(2);
  expect(flag.err).toMatch(/^nexus cost: Unknown option '--yearly'/);
});

test('a file with problems says them', async () => {
  const { code, err } = await folder.call('cost broken');
  expect(code).toBe(2);
  expect(err).toContain('broken.yaml');
});

test('findings do not hide a cost, and are counted', async () => {
  folder.write(
    'late',
    `extends: first
name: late
pools: { l40s: { capacity: spot } }
models: { chat: { drainSeconds: 500 } }
`,
  );
  const { code, out } = await folder.call('cost late');
  expect(code).toBe(0);
  expect(out).toMatch(/^ {2}total /m);
  expect(out).toMatch(/1 finding: see nexus check late\n/);
});

test('what could not be built has no cost, and says so', async () => {
  folder.write('small', 'extends: first\nname: small\npools: { l40s: { limit: 2 } }\n');
  const { code, out } = await folder.call('cost small');
  expect(code).toBe(1);
  expect(out).toBe('small  could not be built, so it has no cost: see nexus check small\n\n');
});

test('outside AWS nothing has a price', async () => {
  folder.write(
    'outside',
    `name: outside
tier: local
gitops: { url: "https://git.example.com/platform.git", path: out/outside, revision: main }
data:
  postgres: { kind: cnpg }
  cache: { kind: valkey }
  queue: { kind: valkey }
  events: { kind: strimzi }
  vectors: { kind: milvus }
  objects: { kind: seaweedfs }
models: { chat: { model: Qwen/Qwen3-8B, engine: simulator } }
`,
  );
  const { code, out } = await folder.call('cost outside');
  expect(code).toBe(0);
  expect(out).toBe('outside  runs outside AWS: nothing here has a price\n\n');
});

test('help has an example', async () => {
  const { code, out } = await folder.call('cost --help');
  expect(code).toBe(0);
  expect(out).toContain('Example:\n  nexus cost prod');
});

test('a synthesis shows one line of it, and platform.json carries it', async () => {
  const { out } = await folder.call(`synth first --out ${folder.path}/out`);
  expect(out).toMatch(/^ {2}costs {4}\$[\d,]+ a month idle, \$[\d,]+ at the highest scale$/m);
  const { cost } = JSON.parse(readFileSync(join(folder.path, 'out/first/platform.json'), 'utf8'));
  expect(Object.keys(cost)).toEqual(['region', 'priced', 'idle', 'maximum', 'ceiling', 'unknown']);
});
