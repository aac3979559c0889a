import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const here = mkdtempSync(join(tmpdir(), 'prices-'));
afterAll(() => rmSync(here, { recursive: true, force: true }));

const DATA = join(__dirname, '../../lib/catalog/data/instances.json');

const product = (sku: string, instanceType: string, more: object = {}) => ({
  sku,
  productFamily: 'Compute Instance',
  attributes: {
    servicecode: 'AmazonEC2',
    instanceType,
    regionCode: 'us-east-1',
    operatingSystem: 'Linux',
    tenancy: 'Shared',
    preInstalledSw: 'NA',
    capacitystatus: 'Used',
    operation: 'RunInstances',
    ...more,
  },
});
const term = (sku: string, usd: string) => ({
  [`${sku}.JRTCKXETXF`]: {
    offerTermCode: 'JRTCKXETXF',
    sku,
    priceDimensions: {
      [`${sku}.JRTCKXETXF.6YS6EN2CT7`]: {
        unit: 'Hrs',
        beginRange: '0',
        endRange: 'Inf',
        pricePerUnit: { USD: usd },
      },
    },
  },
});

/** A list as AWS publishes it: each product a price, most of them for something else. */
function list(products: readonly (readonly [ReturnType<typeof product>, string])[]): object {
  return {
    formatVersion: 'v1.0',
    offerCode: 'AmazonEC2',
    publicationDate: '2026-11-18T18:01:44Z',
    products: Object.fromEntries(products.map(([one]) => [one.sku, one])),
    terms: { OnDemand: Object.fromEntries(products.map(([{ sku }, usd]) => [sku, term(sku, usd)])) },
  };
}

function run(content: object | string, name = 'prices.json') {
  const data = join(here, 'instances.json');
  copyFileSync(DATA, data);
  const path = join(here, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(__dirname, '../../scripts/refresh-instances.mjs'), name, '--data', data],
    { encoding: 'utf8', cwd: here },
  );
  return { status, stdout, stderr, after: readFileSync(data, 'utf8') };
}

const before = readFileSync(DATA, 'utf8');
const row = (text: string, type: string) =>
  text.split('\n').find((line) => line.includes(`["${type}"`)) ?? '';

test('writes what changed, says it, and keeps the rest to the byte', () => {
  const { status, stdout, after } = run(
    list([
      [product('A1', 'g6e.xlarge'), '1.7500000000'],
      [product('A2', 'g4dn.xlarge'), '0.5260000000'],
      [product('A3', 'x9.new'), '3.0000000000'],
      [product('A4', 'g6e.2xlarge', { operatingSystem: 'Windows' }), '9.0000000000'],
      [product('A5', 'g6e.2xlarge', { tenancy: 'Dedicated' }), '9.0000000000'],
      [product('A6', 'g6e.2xlarge', { capacitystatus: 'UnusedCapacityReservation' }), '9.0000000000'],
      [product('A7', 'g6e.2xlarge', { marketoption: 'CapacityBlock' }), '9.0000000000'],
      [product('A8', 'g6e.4xlarge'), '0.0000000000'],
      [product('A9', 'g6e.xlarge', { regionCode: 'mx-central-1' }), '5.0000000000'],
    ]),
  );
  expect(status).toBe(0);
  expect(stdout).toMatchInlineSnapshot(`
    "g6e.xlarge us-east-1: 1.861 -> 1.75
    prices.json: 1 changed, 1 the same, 1 types that are not in the catalog
    "
  `);
  const changed = after.split('\n').filter((line, i) => line !== before.split('\n')[i]);
  expect(changed.map((line) => /"([^"]+)"/.exec(line)?.[1])).toEqual([
    'priceSources',
    'g4dn.xlarge',
    'g6e.xlarge',
  ]);
  expect(after).toContain('"A":{"name":"AWS price list of AmazonEC2","published":"2026-11-18"}');
  expect(row(after, 'g6e.xlarge')).toContain('[1.75,');
  expect(row(after, 'g6e.xlarge')).toMatch(/"A[A-Z.]{13}"/);
});

test.each<[string, object | string]>([
  ['is no list', { offerCode: 'AmazonS3', products: {} }],
  ['is no JSON', '{'],
  ['has nothing to read', list([[product('B1', 'g6e.xlarge', { operatingSystem: 'SUSE' }), '1.0']])],
])('a file that %s changes nothing', (_, content) => {
  const { status, stderr, after } = run(content);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^refresh-instances: prices\.json: (is|has) no/);
  expect(after).toBe(before);
});
