// Refreshes the on-demand prices of lib/catalog/data/instances.json from AWS price lists, and prints what changed.
// Usage: node scripts/refresh-instances.mjs <AmazonEC2 price list.json> … [--data <instances.json>]
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The letter under which prices of the list stand, and its name. */
const LETTER = 'A';
const NAME = 'AWS price list of AmazonEC2';

const LISTS = 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/current/<region>/index.json';

/** What a price is for: Linux without software, shared hardware, on demand. The list has hundreds of other kinds. */
const WANTED = {
  operatingSystem: 'Linux',
  tenancy: 'Shared',
  preInstalledSw: 'NA',
  capacitystatus: 'Used',
  operation: 'RunInstances',
};

/** Dollars an hour by type and region of one list. */
function pricesOf(list) {
  const prices = new Map();
  for (const [sku, { attributes = {} }] of Object.entries(list.products)) {
    const { instanceType, regionCode, marketoption = 'OnDemand' } = attributes;
    if (!instanceType || !regionCode || marketoption !== 'OnDemand') continue;
    if (Object.entries(WANTED).some(([name, value]) => attributes[name] !== value)) continue;
    const terms = Object.values(list.terms?.OnDemand?.[sku] ?? {});
    const dimensions = terms.flatMap(({ priceDimensions = {} }) => Object.values(priceDimensions));
    const hourly = dimensions
      .filter(({ unit }) => unit === 'Hrs')
      .map(({ pricePerUnit }) => Number(pricePerUnit?.USD));
    // A price of zero is that of a type which is not sold so.
    const usd = hourly.find((price) => price > 0);
    if (usd !== undefined) prices.set(`${instanceType} ${regionCode}`, usd);
  }
  return prices;
}

/** One row a line, as the importer writes it. */
function written(table) {
  const lines = (rows) => `[\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`;
  const parts = Object.entries(table).map(([key, value]) => {
    const long = key === 'gpus' || key === 'rows';

    return `  ${JSON.stringify(key)}: ${long ? lines(value) : JSON.stringify(value)}`;
  });
  return `{\n${parts.join(',\n')}\n}\n`;
}

/** The table with the prices of a list, and a line for each change. */
function refreshed(table, list) {
  const prices = pricesOf(list);
  const [type, usd, source] = ['type', 'usdPerHour', 'priceSource'].map((name) => table.columns.indexOf(name));
  const changes = [];
  let same = 0;
  const rows = table.rows.map((row) => {
    const letters = [...row[source]];
    const dollars = row[usd].map((before, i) => {
      const now = prices.get(`${row[type]} ${table.regions[i]}`);
      if (now === undefined) return before;
      letters[i] = LETTER;
      if (now === before) same++;
      else changes.push(`${row[type]} ${table.regions[i]}: ${before === null ? 'none' : before} -> ${now}`);
      return now;
    });
    return row.map((cell, i) => (i === usd ? dollars : i === source ? letters.join('') : cell));
  });
  const known = new Set(table.rows.map((row) => row[type]));
  const types = [...prices.keys()].map((key) => key.split(' ')[0]);
  const strange = new Set(types.filter((name) => !known.has(name)));
  const published = String(list.publicationDate).slice(0, 10);
  const priceSources = { ...table.priceSources, [LETTER]: { name: NAME, published } };
  return { table: { ...table, priceSources, rows }, changes, same, strange: strange.size, found: prices.size };
}

/** Say what is wrong with a call or a file, and end. */
function refuse(message) {
  process.stderr.write(`refresh-instances: ${message}\n`);
  process.exit(2);
}

function listAt(path) {
  let list;
  try {
    list = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    refuse(`${path}: ${error.code === 'ENOENT' ? 'there is no such file' : 'is not JSON that can be read whole'}`);
  }
  if (list?.offerCode !== 'AmazonEC2' || typeof list.products !== 'object' || !list.publicationDate) {
    refuse(`${path}: is no price list of AmazonEC2; fetch ${LISTS}`);
  }
  return list;
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { data: { type: 'string' } } });
if (!positionals.length) refuse('name a price list of AmazonEC2 in JSON, one of each region');
const data = values.data ?? join(dirname(fileURLToPath(import.meta.url)), '../lib/catalog/data/instances.json');
let table = JSON.parse(readFileSync(data, 'utf8'));
for (const path of positionals) {
  const list = listAt(path);
  const { table: after, changes, same, strange, found } = refreshed(table, list);
  if (!found) refuse(`${path}: has no on-demand price of Linux on shared hardware; nothing was written`);
  table = after;
  for (const change of changes) process.stdout.write(`${change}\n`);
  process.stdout.write(
    `${path}: ${changes.length} changed, ${same} the same, ${strange} types that are not in the catalog\n`,
  );
}
writeFileSync(data, written(table));
