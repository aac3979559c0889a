import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PriceSource } from './instances';

/** Prices of AWS that do not depend on a type, per hour or per month as the name says. */
export type ServiceUnit =
  | 'eksClusterHour'
  | 'natGatewayHour'
  | 'publicAddressHour'
  | 'loadBalancerHour'
  | 'gp3GibMonth'
  /** Above the 3,000 that come with a volume. */
  | 'gp3IopsMonth'
  /** Above the 125 MiB/s that come with a volume. */
  | 'gp3MibpsMonth'
  | 'rdsGp3GibMonth'
  | 'rdsGp3MultiGibMonth'
  | 'kmsKeyMonth'
  | 'secretMonth'
  | 'logGibMonth'
  | 's3GibMonth';

/** What one of something costs, and who says so. */
export interface UnitPrice {
  readonly usd: number;
  readonly source: PriceSource;
}

type Prices = readonly (number | null)[];

interface Table {
  readonly sources: Readonly<Record<string, PriceSource>>;
  readonly regions: readonly string[];
  readonly flat: Readonly<Record<ServiceUnit, { readonly source: string; readonly usd: Prices }>>;
  readonly single: Readonly<Record<string, Prices>>;
  readonly multi: Readonly<Record<string, Prices>>;
  readonly cache: Readonly<Record<string, Prices>>;
}

let table: Table | undefined;

function read(): Table {
  table ??= JSON.parse(readFileSync(join(__dirname, 'data', 'services.json'), 'utf8')) as Table;
  return table;
}

/** Price of a unit in a region; undefined where no source gave it. */
export function servicePrice(unit: ServiceUnit, region: string): UnitPrice | undefined {
  const { source, usd } = read().flat[unit];
  return priceIn(usd, source, region);
}

/** An hour of RDS for PostgreSQL; `multiAz` counts the standby. */
export function databasePrice(
  instanceClass: string,
  multiAz: boolean,
  region: string,
): UnitPrice | undefined {
  return priceIn(read()[multiAz ? 'multi' : 'single'][instanceClass], 'R', region);
}

/** An hour of one ElastiCache node that runs Valkey. */
export function cachePrice(nodeType: string, region: string): UnitPrice | undefined {
  return priceIn(read().cache[nodeType], 'V', region);
}

function priceIn(prices: Prices | undefined, source: string, region: string): UnitPrice | undefined {
  const { regions, sources } = read();
  const usd = prices?.[regions.indexOf(region)];
  return typeof usd === 'number' ? { usd, source: sources[source] } : undefined;
}
