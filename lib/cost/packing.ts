import type { NodeShape } from '../core';
import type { Demand } from '../proofs';

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

/** Resources in one order: CPU, memory, disk, pods, then devices. */
type Vector = readonly number[];

/** A kind of node as the packing reads it. */
interface Bin {
  readonly stock: Stock;
  /** A kind without a price counts one, so that fewer is better. */
  readonly price: number;
  /** What DaemonSets leave. */
  readonly room: Vector;
}

interface Item {
  readonly asks: Vector;
  readonly count: number;
  readonly perNode: number;
  /** Its part of everything asked. */
  readonly worth: number;
}

/**
 * Nodes that hold all pods, cheap if not cheapest: always the node that costs least for what it takes up, and never more than the best single kind of node. Without any price the fewest nodes of the first kind.
 */
export function pack(crowds: readonly Crowd[], stocks: readonly Stock[], taken: Demand): readonly Packed[] {
  const names = [...new Set(crowds.flatMap(({ demand }) => Object.keys(demand.devices)))];
  const vector = ({ cpuMillis, memoryMiB, ephemeralMiB, pods, devices }: Demand): Vector => [
    cpuMillis,
    memoryMiB,
    ephemeralMiB,
    pods,
    ...names.map((name) => devices[name] ?? 0),
  ];
  const used = vector(taken);
  const priced = stocks.filter(({ usdPerHour }) => usdPerHour !== undefined);
  const all = (priced.length ? priced : stocks).map((stock): Bin => {
    const { cpuMillis, memoryMiB, ephemeralMiB, maxPods, devices } = stock.shape;
    const has = [cpuMillis, memoryMiB, ephemeralMiB, maxPods, ...names.map((name) => devices[name] ?? 0)];
    return { stock, price: stock.usdPerHour ?? 1, room: has.map((value, i) => value - used[i]) };
  });
  const items = itemsOf(
    crowds.filter(({ count, demand }) => count > 0 && all.some(({ room }) => fits(vector(demand), room))),
    vector,
  );
  if (!items.length) return [];
  const bins = worthwhile(all.filter(({ room }) => items.some(({ asks }) => fits(asks, room))));
  const ways = [bins, ...bins.map((bin) => [bin])].flatMap((kinds) => greedy(items, kinds) ?? []);
  const best = ways.reduce((cheapest, way) => (way.price < cheapest.price ? way : cheapest));
  return [...best.nodes].map(([stock, nodes]) => ({ stock, nodes }));
}

const fits = (asks: Vector, room: Vector): boolean => asks.every((value, i) => value <= room[i]);

/** Largest first: devices, then memory, then CPU. They find a place while there is any. */
function itemsOf(crowds: readonly Crowd[], vector: (demand: Demand) => Vector): readonly Item[] {
  const plain = crowds.map(({ demand, count, perNode = Number.POSITIVE_INFINITY }) => ({
    asks: vector(demand),
    count,
    perNode,
  }));
  const whole = plain[0]?.asks.map(
    (_, i) => plain.reduce((sum, { asks, count }) => sum + asks[i] * count, 0) || 1,
  );
  const devices = (asks: Vector) => asks.slice(4).reduce((sum, value) => sum + value, 0);
  return plain
    .map((item) => ({
      ...item,
      // Disk and the number of pods seldom decide; a pod that asks for nothing still has to be somewhere.
      worth: item.asks.reduce((sum, value, i) => (i === 2 || i === 3 ? sum : sum + value / whole[i]), 1e-9),
    }))
    .sort((a, b) => devices(b.asks) - devices(a.asks) || b.asks[1] - a.asks[1] || b.asks[0] - a.asks[0]);
}

/** Without the kinds that have less of everything than another, for no less money. */
function worthwhile(bins: readonly Bin[]): readonly Bin[] {
  const kept: Bin[] = [];
  for (const bin of [...bins].sort((a, b) => a.price - b.price)) {
    if (!kept.some(({ room }) => fits(bin.room, room))) kept.push(bin);
  }
  return kept;
}

interface Way {
  readonly price: number;
  readonly nodes: ReadonlyMap<Stock, number>;
}

/** Undefined when some pod fits none of the kinds. */
function greedy(items: readonly Item[], bins: readonly Bin[]): Way | undefined {
  const left = items.map(({ count }) => count);
  const nodes = new Map<Stock, number>();
  let price = 0;
  while (left.some((count) => count > 0)) {
    let best: { bin: Bin; fill: readonly number[]; score: number } | undefined;
    for (const bin of bins) {
      const fill = filled(items, left, bin.room);
      const value = fill.reduce((sum, count, i) => sum + count * items[i].worth, 0);
      if (value === 0) continue;
      const score = bin.price / value;
      if (!best || score < best.score) best = { bin, fill, score };
    }
    if (!best) return undefined;
    const { bin, fill } = best;
    const times = Math.min(...fill.flatMap((count, i) => (count ? [Math.floor(left[i] / count)] : [])));
    nodes.set(bin.stock, (nodes.get(bin.stock) ?? 0) + times);
    price += times * bin.price;
    fill.forEach((count, i) => {
      left[i] -= count * times;
    });
  }
  return { price, nodes };
}

/** How many pods of each crowd one node takes, in order. */
function filled(items: readonly Item[], left: readonly number[], room: Vector): readonly number[] {
  const free = [...room];
  return items.map(({ asks, perNode }, item) => {
    let most = Math.min(left[item], perNode);
    for (let i = 0; i < asks.length && most > 0; i++) {
      if (asks[i] > 0) most = Math.min(most, Math.max(0, Math.floor(free[i] / asks[i])));
    }
    if (most > 0) for (let i = 0; i < asks.length; i++) free[i] -= asks[i] * most;
    return most;
  });
}
