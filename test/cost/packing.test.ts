import { describe, expect, test } from 'vitest';
import type { NodeShape } from '../../lib/core';
import { type Crowd, pack, type Stock } from '../../lib/cost/packing';
import { type Demand, NOTHING } from '../../lib/proofs';

const GPU = 'nvidia.com/gpu';

const stock = (instanceType: string, usdPerHour: number | undefined, room: Partial<NodeShape>): Stock => ({
  shape: {
    instanceType,
    cpuMillis: 1e6,
    memoryMiB: 1e6,
    ephemeralMiB: 1e6,
    maxPods: 100,
    gpus: 0,
    devices: {},
    ...room,
  },
  ...(usdPerHour === undefined ? {} : { usdPerHour }),
});

const pods = (count: number, demand: Partial<Demand>, perNode?: number): Crowd => ({
  demand: { ...NOTHING, pods: 1, ...demand },
  count,
  ...(perNode === undefined ? {} : { perNode }),
});

const packed = (crowds: readonly Crowd[], stocks: readonly Stock[], taken: Demand = NOTHING) =>
  Object.fromEntries(
    pack(crowds, stocks, taken).map(({ stock: of, nodes }) => [of.shape.instanceType, nodes]),
  );

const four = stock('four', 4, { devices: { [GPU]: 4 } });
const one = stock('one', 1.5, { devices: { [GPU]: 1 } });

describe('pack', () => {
  test('takes the node that costs least for what it holds', () => {
    expect(packed([pods(8, { devices: { [GPU]: 1 } })], [four, one])).toEqual({ four: 2 });
  });

  test('ends with a smaller node where that is enough', () => {
    expect(packed([pods(9, { devices: { [GPU]: 1 } })], [four, one])).toEqual({ four: 2, one: 1 });
  });

  test('puts a large pod where it fits, and small ones beside it', () => {
    const crowds = [pods(1, { devices: { [GPU]: 2 } }), pods(2, { devices: { [GPU]: 1 } })];
    expect(packed(crowds, [four, one])).toEqual({ four: 1 });
  });

  test('leaves what DaemonSets take', () => {
    const small = stock('small', 1, { cpuMillis: 2000 });
    const daemons = { ...NOTHING, cpuMillis: 500, pods: 1 };
    expect(packed([pods(4, { cpuMillis: 750 })], [small])).toEqual({ small: 2 });
    expect(packed([pods(4, { cpuMillis: 1000 })], [small], daemons)).toEqual({ small: 4 });
  });

  test('starts a node for each part of pods that keep apart', () => {
    const large = stock('large', 8, { cpuMillis: 64_000 });
    const small = stock('small', 1, { cpuMillis: 4000 });
    expect(packed([pods(6, { cpuMillis: 1000 }, 2)], [large, small])).toEqual({ small: 3 });
  });

  test('stops at the pods that a node may run', () => {
    const tight = stock('tight', 1, { maxPods: 3 });
    expect(packed([pods(7, {})], [tight])).toEqual({ tight: 3 });
  });

  test('counts nodes even where no price is known', () => {
    const unknown = stock('unknown', undefined, { devices: { [GPU]: 8 } });
    expect(packed([pods(3, { devices: { [GPU]: 4 } })], [unknown])).toEqual({ unknown: 2 });
    expect(packed([pods(3, { devices: { [GPU]: 1 } })], [unknown, one])).toEqual({ one: 3 });
  });

  test('leaves out what fits nowhere: another proof speaks of it', () => {
    const crowds = [pods(1, { devices: { [GPU]: 16 } }), pods(1, { devices: { [GPU]: 1 } })];
    expect(packed(crowds, [four, one])).toEqual({ one: 1 });
    expect(packed([], [one])).toEqual({});
  });
});
