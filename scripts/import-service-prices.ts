/**
 * Refresh the prices of databases and caches in lib/catalog/data/services.json from a folder with the data of
 * yeo/ec2.shop, which copies AWS's own pricing pages:
 *   node --import=tsx scripts/import-service-prices.ts <folder>
 * The flat prices of the table are kept: they are few, and each names its source.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Page = {
  readonly manifest: { readonly hawkFilePublicationDate: string };
  readonly sets?: Readonly<Record<string, readonly string[]>>;
  readonly regions: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
};

const TABLE = join(__dirname, '../lib/catalog/data/services.json');
/** What a new platform would choose; older families cost more for less. */
const FAMILIES = /^(db|cache)\.(t4g|t3|m6g|m7g|m8g|r6g|r7g|r8g|m6i|m7i|r6i|r7i)\./;
/** Regions as the pages name them. */
const LOCATIONS: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-east-2': 'US East (Ohio)',
  'us-west-2': 'US West (Oregon)',
  'ca-central-1': 'Canada (Central)',
  'eu-west-1': 'EU (Ireland)',
  'eu-west-2': 'EU (London)',
  'eu-central-1': 'EU (Frankfurt)',
  'eu-north-1': 'EU (Stockholm)',
  'ap-northeast-1': 'Asia Pacific (Tokyo)',
  'ap-northeast-2': 'Asia Pacific (Seoul)',
  'ap-southeast-1': 'Asia Pacific (Singapore)',
  'ap-southeast-2': 'Asia Pacific (Sydney)',
  'ap-south-1': 'Asia Pacific (Mumbai)',
  'sa-east-1': 'South America (Sao Paulo)',
};

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('name the folder with data/rds and data/elasticache');
const table = JSON.parse(readFileSync(TABLE, 'utf8'));
const regions: readonly string[] = table.regions;

const page = (path: string): Page | undefined => {
  const file = join(folder, 'data', path);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Page) : undefined;
};
const rows = new Map<string, Map<string, (number | null)[]>>();
const put = (kind: string, type: string, region: string, price: string) => {
  if (!FAMILIES.test(type)) return;
  const types = rows.get(kind) ?? new Map<string, (number | null)[]>();
  rows.set(kind, types);
  const prices = types.get(type) ?? regions.map(() => null);
  types.set(type, prices);
  prices[regions.indexOf(region)] = Number(price);
};

const days = new Set<string>();
for (const region of regions) {
  for (const zones of ['single', 'multi']) {
    const found = page(`rds/${region}-rds-postgresql-reservedinstance-${zones}-az-1y.json`);
    if (!found) continue;
    days.add(found.manifest.hawkFilePublicationDate.slice(0, 10));
    // A page of reservations carries beside each the price on demand.
    for (const offer of Object.values(found.regions[LOCATIONS[region]] ?? {})) {
      put(zones, offer['OnDemand:InstanceType'], region, offer['OnDemand:PricePerUnit']);
    }
  }
}
const caches = page('elasticache/elasticache.json');
const valkey = Object.entries(caches?.sets ?? {}).flatMap(([set, ids]) =>
  set.includes('Valkey') && !set.includes('datatiering') ? ids : [],
);
for (const region of regions) {
  const offers = caches?.regions[LOCATIONS[region]] ?? {};
  for (const id of valkey)
    if (offers[id]) put('cache', offers[id]['Instance Type'], region, offers[id].price);
}
const sorted = (kind: string) =>
  Object.fromEntries([...(rows.get(kind) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)));

table.sources.R = { name: 'ec2.shop copy of the RDS price list', published: [...days].sort()[0] };
table.sources.V = {
  name: 'ec2.shop copy of the ElastiCache price list',
  published: caches?.manifest.hawkFilePublicationDate.slice(0, 10),
};
Object.assign(table, { single: sorted('single'), multi: sorted('multi'), cache: sorted('cache') });
// One row a line, so that a repricing is a small diff.
const text = JSON.stringify(table, null, 2).replace(/\[\n\s+([^\][{}]*?)\n\s+\]/g, (_, inner: string) => {
  return `[${inner.replace(/\s*\n\s*/g, ' ')}]`;
});
writeFileSync(TABLE, `${text}\n`);
