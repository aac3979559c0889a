import { findInstance, type PriceSource } from '../catalog';
import type { Rendered } from '../core';
import { nodesAllowed, vcpusAllowed } from '../proofs';
import { type Amount, exactly, HOURS, sum, times } from './amount';
import type { ByScale, CostLine, Scale } from './line';
import { boughtAs, type Filled, priceOf } from './nodes';
import type { Packed, Stock } from './packing';
import { rootVolume } from './root-volume';

/** What a node costs compared with its price on demand, where that alone is known. */
const RATES = {
  'on-demand': { low: 1, high: 1, says: '' },
  // AWS: "up to a 90% discount compared to On-Demand"; Karpenter bids no more than the price on demand.
  spot: { low: 0.1, high: 1, says: 'spot: 10 to 100 % of the price on demand' },
  // AWS: up to 72 % less with a plan of three years; without one a reservation costs the price on demand.
  reserved: {
    low: 0.28,
    high: 1,
    says: 'reserved: 28 to 100 % of the price on demand, paid whether used or not',
  },
  block: {
    low: 0.28,
    high: 1,
    says: 'capacity block: paid up front; shown as 28 to 100 % of the price on demand',
  },
} as const;

/** How a pool's nodes are bought, as far as it changes what they cost. */
const rateOf = ({ pool }: Filled) => RATES[pool.ends ? 'block' : boughtAs(pool)];

/** One line for each pool: its nodes with their disks. */
export function poolLine(filled: Filled, rendered: Rendered, region: string): CostLine {
  const { pool, idle, maximum } = filled;
  const rate = rateOf(filled);
  const disk = rootVolume(rendered, pool.name, region);
  const unknown = new Set<string>();
  if (isManaged(rendered, pool.name)) unknown.add(`Auto Mode's fee and disks of pool '${pool.name}'`);
  const monthly = ({ usdPerHour, shape }: Stock): Amount | undefined => {
    if (disk.usd === undefined) unknown.add(`disks of pool '${pool.name}'`);
    if (usdPerHour === undefined) {
      unknown.add(`${shape.instanceType} of pool '${pool.name}'`);
      return undefined;
    }
    return sum([times(rate, usdPerHour * HOURS), exactly(disk.usd ?? 0)]);
  };
  const of = (packed: readonly Packed[]): Amount | undefined => {
    const amounts = packed.map(({ stock, nodes }) => {
      const each = monthly(stock);
      return each && times(each, nodes);
    });
    return amounts.some((amount) => !amount) ? undefined : sum(amounts as Amount[]);
  };
  const ceiling = worst(filled, monthly);
  // Who holds a reservation pays for all of it; how large it is only the limit tells.
  const whole = boughtAs(pool) === 'reserved' && ceiling;
  const usd = byScale({
    idle: widened(of(idle), whole),
    maximum: widened(of(maximum), whole),
    ceiling,
  });
  return {
    service: 'EC2 nodes',
    item: pool.name,
    usd,
    arithmetic: [...nodesSaid(), limitSaid(filled)].join('; '),
    sources: sourcesOf([...idle, ...maximum], region),
    unknown: [...unknown],
    ...(rate.says ? { note: rate.says } : {}),
  };

  function nodesSaid(): string[] {
    const least = said(idle);
    const most = said(maximum);
    return least === most ? [least] : [`idle ${least}`, `at most ${most}`];
  }

  function said(packed: readonly Packed[]): string {
    if (!packed.length) return 'no node';
    const nodes = packed.map(({ stock: { usdPerHour, shape }, nodes: count }) => {
      const price = usdPerHour === undefined ? 'price unknown' : `$${usdPerHour}/h`;
      return `${count} × ${shape.instanceType} ${price}`;
    });
    return `${nodes.join(' + ')}${disk.gib ? `, each with ${disk.gib} GiB gp3` : ''}`;
  }
}

/** EKS Auto Mode asks a fee on each instance, which no list here has, and brings disks of its own. */
function isManaged({ objects }: Rendered, pool: string): boolean {
  const spec = objects.find(({ id }) => id === `NodePool/${pool}`)?.json.spec as
    | { readonly template?: { readonly spec?: { readonly nodeClassRef?: { readonly group?: string } } } }
    | undefined;
  return spec?.template?.spec?.nodeClassRef?.group === 'eks.amazonaws.com';
}

const byScale = (usd: { readonly [S in Scale]: Amount | undefined }): ByScale =>
  Object.fromEntries(Object.entries(usd).filter(([, amount]) => amount));

const widened = (amount: Amount | undefined, whole: Amount | undefined | false): Amount | undefined =>
  amount && whole ? { low: amount.low, high: Math.max(amount.high, whole.high) } : amount;

/** The dearest way to fill a pool to its limits; undefined when no price of it is known. */
function worst({ pool, stocks }: Filled, monthly: (stock: Stock) => Amount | undefined): Amount | undefined {
  const priced = stocks.filter(({ usdPerHour }) => usdPerHour !== undefined);
  const ways = (priced.length ? priced : stocks.slice(0, 1)).flatMap((stock) => {
    const each = monthly(stock);
    const most = nodesAllowed(pool, stock.shape);
    return each && Number.isFinite(most) ? [times(each, most)] : [];
  });
  return ways.sort((a, b) => b.high - a.high)[0];
}

function limitSaid({ pool }: Filled): string {
  const said = Object.entries(pool.limits).map(([name, most]) => `${most} ${UNITS[name] ?? name}`);
  return `limit ${said.join(', ')}`;
}

const UNITS: Readonly<Record<string, string>> = { 'nvidia.com/gpu': 'GPUs', cpu: 'vCPUs', nodes: 'nodes' };

function sourcesOf(packed: readonly Packed[], region: string): readonly PriceSource[] {
  const found = packed.flatMap(({ stock }) => priceOf(stock.shape.instanceType, region)?.source ?? []);
  return [...new Map(found.map((source) => [source.name, source])).values()];
}

/** vCPUs that a pool full to its limits has, in its largest shape. */
export const vcpusAtLimit = ({ pool, stocks }: Filled): number =>
  Math.max(0, ...stocks.map(({ shape }) => vcpusAllowed(pool, shape)).filter(Number.isFinite));

/** Family letters of a pool, which say whose quota its vCPUs count against. */
export const categoryOf = ({ pool }: Filled): string | undefined =>
  findInstance(pool.shapes[0]?.instanceType ?? '')?.category;
