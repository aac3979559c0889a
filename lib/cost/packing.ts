import type { NodeShape } from '../core';
import { type Demand, holds, plus } from '../proofs';

/** Equal pods. */
export interface Crowd {
  readonly demand: Demand;
  readonly count: number;
  /** Most of them on one node, where they must keep apart. */
  readonly perNode?: number;
}

/** A kind of node that may be started. */
export interface Stock {
  readonly shape: NodeShape;
  /** Absent where no price is known. */
  readonly usdPerHour?: number;
}

export interface Packed {
  readonly stock: Stock;
  readonly nodes: number;
}

/**
 * Nodes that hold all pods, cheap if not cheapest: always the node that costs least for what it takes up, or the one
 * that ends it, and never more than the best single kind of node. Without any price the fewest nodes of the first kind.
 */
export function pack(crowds: readonly Crowd[], stocks: readonly Stock[], taken: Demand): readonly Packed[] {
  const priced = stocks.filter(({ usdPerHour }) => usdPerHour !== undefined);
  const offered = worthwhile(
    (priced.length ? priced : stocks).filter(({ shape }) =>
      crowds.some(({ demand }) => holds(shape, demand, taken)),
    ),
  );
  const held = sorted(
    crowds.filter(
      ({ demand, count }) => count > 0 && offered.some(({ shape }) => holds(shape, demand, taken)),
    ),
  );
  const ways = [offered, ...offered.map((stock) => [stock])].flatMap((kinds) => {
    const way = greedy(held, kinds, taken);
    return way ? [way] : [];
  });
  return ways.sort((a, b) => costOf(a) - costOf(b))[0] ?? [];
}

/** Without the kinds that have less of everything than another, for no less money. */
function worthwhile(stocks: readonly Stock[]): readonly Stock[] {
  const price = ({ usdPerHour }: Stock) => usdPerHour ?? 1;
  const kept: Stock[] = [];
  for (const stock of [...stocks].sort((a, b) => price(a) - price(b))) {
    if (!kept.some((other) => covers(other.shape, stock.shape))) kept.push(stock);
  }
  return kept;
}

const covers = (a: NodeShape, b: NodeShape): boolean =>
  a.cpuMillis >= b.cpuMillis &&
  a.memoryMiB >= b.memoryMiB &&
  a.ephemeralMiB >= b.ephemeralMiB &&
  a.maxPods >= b.maxPods &&
  Object.entries(b.devices).every(([name, count]) => (a.devices[name] ?? 0) >= count);

/** USD an hour; a kind without a price counts one, so that fewer is better. */
const costOf = (way: readonly Packed[]): number =>
  way.reduce((total, { stock, nodes }) => total + nodes * (stock.usdPerHour ?? 1), 0);

/** Devices first, then memory: the large ones find a place while there is any. */
function sorted(crowds: readonly Crowd[]): readonly Crowd[] {
  const devices = ({ demand }: Crowd) => Object.values(demand.devices).reduce((all, count) => all + count, 0);
  return [...crowds].sort(
    (a, b) =>
      devices(b) - devices(a) ||
      b.demand.memoryMiB - a.demand.memoryMiB ||
      b.demand.cpuMillis - a.demand.cpuMillis,
  );
}

/** Undefined when some pod fits none of the kinds. */
function greedy(
  crowds: readonly Crowd[],
  stocks: readonly Stock[],
  taken: Demand,
): readonly Packed[] | undefined {
  const left = crowds.map(({ count }) => count);
  const worth = worthIn(crowds);
  const packed: Packed[] = [];
  while (left.some((count) => count > 0)) {
    let best: { stock: Stock; fill: readonly number[]; score: number; ends: boolean } | undefined;
    for (const stock of stocks) {
      const fill = filled(crowds, left, stock.shape, taken);
      const value = fill.reduce((total, count, i) => total + count * worth[i], 0);
      if (value === 0) continue;
      const price = stock.usdPerHour ?? 1;
      const ends = fill.every((count, i) => count === left[i]);
      const score = price / value;
      // A node that ends it all at the price of one that does not is the last.
      const better =
        !best ||
        (ends && price <= (best.stock.usdPerHour ?? 1)) ||
        (!(best.ends && (best.stock.usdPerHour ?? 1) <= price) && score < best.score);
      if (better) best = { stock, fill, score, ends };
    }
    if (!best) return undefined;
    const { stock, fill } = best;
    const nodes = Math.min(...fill.flatMap((count, i) => (count ? [Math.floor(left[i] / count)] : [])));
    packed.push({ stock, nodes });
    fill.forEach((count, i) => {
      left[i] -= count * nodes;
    });
  }
  return merged(packed);
}

/** What a pod of each crowd takes up, as its part of everything asked. */
function worthIn(crowds: readonly Crowd[]): readonly number[] {
  const all = (of: (demand: Demand) => number) =>
    crowds.reduce((total, { demand, count }) => total + count * of(demand), 0) || 1;
  const names = [...new Set(crowds.flatMap(({ demand }) => Object.keys(demand.devices)))];
  const kinds = [
    ({ cpuMillis }: Demand) => cpuMillis,
    ({ memoryMiB }: Demand) => memoryMiB,
    ...names.map(
      (name) =>
        ({ devices }: Demand) =>
          devices[name] ?? 0,
    ),
  ].map((of) => ({ of, all: all(of) }));
  // A pod that asks for nothing still has to be somewhere.
  return crowds.map(({ demand }) =>
    kinds.reduce((part, { of, all: whole }) => part + of(demand) / whole, 1e-9),
  );
}

/** How many pods of each crowd one node takes, in order. */
function filled(
  crowds: readonly Crowd[],
  left: readonly number[],
  shape: NodeShape,
  taken: Demand,
): readonly number[] {
  let used = taken;
  return crowds.map(({ demand, perNode = Number.POSITIVE_INFINITY }, i) => {
    const most = Math.min(left[i], perNode, roomFor(shape, demand, used));
    if (most > 0) used = plus(used, scaled(demand, most));
    return most;
  });
}

/** How often a demand fits beside what is used. */
function roomFor(shape: NodeShape, demand: Demand, used: Demand): number {
  if (!holds(shape, demand, used)) return 0;
  const fits = (has: number, takes: number, asks: number) =>
    asks > 0 ? Math.floor((has - takes) / asks) : Number.POSITIVE_INFINITY;
  return Math.min(
    fits(shape.cpuMillis, used.cpuMillis, demand.cpuMillis),
    fits(shape.memoryMiB, used.memoryMiB, demand.memoryMiB),
    fits(shape.ephemeralMiB, used.ephemeralMiB, demand.ephemeralMiB),
    fits(shape.maxPods, used.pods, demand.pods),
    ...Object.entries(demand.devices).map(([name, asks]) =>
      fits(shape.devices[name] ?? 0, used.devices[name] ?? 0, asks),
    ),
  );
}

const scaled = (demand: Demand, factor: number): Demand => ({
  cpuMillis: demand.cpuMillis * factor,
  memoryMiB: demand.memoryMiB * factor,
  ephemeralMiB: demand.ephemeralMiB * factor,
  pods: demand.pods * factor,
  devices: Object.fromEntries(Object.entries(demand.devices).map(([name, count]) => [name, count * factor])),
});

function merged(packed: readonly Packed[]): readonly Packed[] {
  const kinds = new Map<Stock, number>();
  for (const { stock, nodes } of packed) kinds.set(stock, (kinds.get(stock) ?? 0) + nodes);
  return [...kinds].map(([stock, nodes]) => ({ stock, nodes }));
}
