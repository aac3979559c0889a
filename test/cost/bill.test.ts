import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../../environments';
import { type Bill, billOf, shown } from '../../lib/cost';
import { billFor, build } from '../../stacks';

const folder = mkdtempSync(join(tmpdir(), 'cost-'));
let files = 0;

/** The bill of the environment beside this file, with some keys changed. */
function bill(changes = ''): Bill {
  const file = join(folder, `${files++}.yaml`);
  writeFileSync(file, `extends: ${join(__dirname, 'environment.yaml')}\n${changes}`);
  const found = billFor(build(loadEnvironment(file)));
  if (!found) throw new Error('no bill');
  return found;
}

const lineOf = ({ lines }: Bill, item: string) => {
  const found = lines.find((line) => line.item === item);
  if (!found) throw new Error(`no line ${item}`);
  return found;
};

describe('a bill', () => {
  const whole = bill();

  test('counts a pool at the least, at the highest scale and at its limit', () => {
    const { usd, arithmetic } = lineOf(whole, 'l40s');
    const node = 10.49264 * 730 + 40 * 0.08;
    expect(usd.idle?.high).toBeCloseTo(2 * node, 6);
    expect(usd.maximum?.high).toBeCloseTo(5 * node, 6);
    // Six nodes of the dearer g6e.24xlarge: what 24 GPUs may cost.
    expect(usd.ceiling?.high).toBeCloseTo(6 * (15.06559 * 730 + 3.2), 6);
    expect(arithmetic).toBe(
      'idle 2 × g6e.12xlarge $10.49264/h, each with 40 GiB gp3; at most 5 × g6e.12xlarge $10.49264/h, each with 40 GiB gp3; limit 24 GPUs',
    );
  });

  test('counts nodes that are kept, whoever uses them', () => {
    const fixed = bill('pools: { l40s: { static: 5, instanceTypes: [g6e.12xlarge] }, l4: { buffer: 1 } }\n');
    const node = 10.49264 * 730 + 40 * 0.08;
    expect(lineOf(fixed, 'l40s').usd.idle?.high).toBeCloseTo(5 * node, 6);
    expect(lineOf(fixed, 'l40s').usd.maximum?.high).toBeCloseTo(5 * node, 6);
    const idle = (of: Bill) => lineOf(of, 'l4').usd.idle?.high ?? 0;
    expect(idle(fixed) / idle(whole)).toBeCloseTo(3 / 2, 6);
  });

  test('names what has no price, counts the rest of it, and never as nothing', () => {
    const { usd, unknown } = lineOf(whole, 'postgres');
    expect(unknown).toEqual(['db.r8g.large with its standby']);
    expect(usd.idle).toEqual({ low: 23, high: 23 });
    expect(whole.unknown).toEqual(['db.r8g.large with its standby']);
    expect(shown(whole.total.idle, whole.unknown)).toMatch(/^at least \$/);
  });

  test('adds up to its total', () => {
    for (const scale of ['idle', 'maximum', 'ceiling'] as const) {
      const high = whole.lines.reduce((all, { usd }) => all + (usd[scale]?.high ?? 0), 0);
      expect(whole.total[scale].high).toBeCloseTo(high, 6);
    }
    expect(whole.total.maximum.high).toBeGreaterThan(whole.total.idle.high);
  });

  test('splits each pool among its models', () => {
    const [chat, embed] = whole.models;
    expect(chat).toMatchObject({ alias: 'chat', pool: 'l40s' });
    expect(chat.usd.maximum).toEqual(lineOf(whole, 'l40s').usd.maximum);
    expect(embed.usd.idle).toEqual(lineOf(whole, 'l4').usd.idle);
    expect(chat.usdPerMillionTokens).toBeUndefined();
  });

  test('names usage and does not count it', () => {
    expect(whole.usage.map(({ service }) => service)).toContain('Data transfer');
  });

  test('dates its prices', () => {
    expect(whole.priced).toEqual({ from: '2025-03-14', to: '2026-09-21' });
  });

  test('counts vCPUs by quota, fixed nodes included', () => {
    const use = whole.quotas.find(({ key }) => key === 'on-demand-g');
    expect(use).toMatchObject({ code: 'L-DB2E81BA', idle: 2 * 48 + 2 * 4, maximum: 5 * 48 + 3 * 4 });
    // 24 GPUs on nodes of 96 vCPUs, and 4 nodes of up to 64.
    expect(use?.ceiling).toBe(6 * 96 + 4 * 64);
    expect(whole.quotas.find(({ key }) => key === 'on-demand-standard')?.idle).toBeGreaterThan(3 * 2);
  });
});

test('spot is a range below the price on demand, and never nothing', () => {
  const { usd, note } = lineOf(bill('pools: { l4: { capacity: spot, limit: 3 } }\n'), 'l4');
  const disk = 40 * 0.08;
  expect(usd.idle?.high).toBeCloseTo(2 * (0.8048 * 730 + disk), 6);
  expect(usd.idle?.low).toBeCloseTo(2 * (0.08048 * 730 + disk), 6);
  expect(note).toBe('spot: 10 to 100 % of the price on demand');
});

test('a reservation is paid whole, so its idle reaches up to its limit', () => {
  const changes = `pools:
  l40s: { capacity: reserved, reservation: cr-0123456789abcdef0 }
`;
  const { usd } = lineOf(bill(changes), 'l40s');
  expect(usd.idle?.high).toBe(usd.ceiling?.high);
  expect(usd.idle?.low).toBeCloseTo(2 * (0.28 * 10.49264 * 730 + 3.2), 6);
});

test('a region without prices is unknown, line by line', () => {
  const changes = `aws:
  region: ap-southeast-3
  zones: [ap-southeast-3a, ap-southeast-3b, ap-southeast-3c]
`;
  const found = bill(changes);
  expect(lineOf(found, 'l40s').usd).toEqual({});
  expect(lineOf(found, 'l40s').unknown).toContain("g6e.12xlarge of pool 'l40s'");
  expect(found.total.idle.high).toBe(0);
  expect(shown(undefined)).toBe('unknown');
});

test('tokens are priced where the file says how fast a replica is', () => {
  const found = bill('models: { chat: { tokensPerSecond: 2000 } }\n');
  const chat = found.models.find(({ alias }) => alias === 'chat');
  const node = 10.49264 + (40 * 0.08) / 730;
  expect(chat?.usdPerMillionTokens?.high).toBeCloseTo((node / (2000 * 3600)) * 1e6, 6);
});

test('what is granted stands beside what is used', () => {
  const found = bill('aws: { quotas: { on-demand-g: 1000 } }\n');
  expect(found.quotas.find(({ key }) => key === 'on-demand-g')?.granted).toBe(1000);
});

test('outside AWS there is no bill', () => {
  const local = build(loadEnvironment(join(__dirname, '../../environments/local.yaml')));
  expect(billFor(local)).toBeUndefined();
});

test('the fee of Auto Mode is unknown, and named', () => {
  const { rendered, plan } = build(loadEnvironment(join(__dirname, 'environment.yaml')));
  const objects = rendered.objects.map((object) =>
    object.id === 'NodePool/l4'
      ? {
          ...object,
          json: {
            ...object.json,
            spec: { template: { spec: { nodeClassRef: { group: 'eks.amazonaws.com', name: 'default' } } } },
          },
        }
      : object,
  );
  if (!plan) throw new Error('no plan');
  expect(billOf({ rendered: { ...rendered, objects }, plan }).unknown).toContain(
    "Auto Mode's fee and disks of pool 'l4'",
  );
});
