import { describe, expect, test } from 'vitest';
import { gpuNames, instances } from '../../lib/catalog';
import { migMemoryGiB, migProfiles, placeMig, visibleGiB } from '../../lib/sizing';
import { cardNamed } from './given';

const placed = (gpu: string, ...layout: string[]) => {
  const result = placeMig(gpu, layout);
  return 'placed' in result ? result.placed.map(({ profile, start }) => `${profile}@${start}`) : undefined;
};

function fault(gpu: string, ...layout: string[]): string {
  const result = placeMig(gpu, layout);
  if ('placed' in result) throw new Error('it was placed');
  const { what, why, fix } = result.fault;
  return `${what}\n  why: ${why}\n  fix: ${fix}`;
}

describe('placing slices', () => {
  test.each([
    [
      ['3g.40gb', '3g.40gb'],
      ['3g.40gb@0', '3g.40gb@4'],
    ],
    [
      ['3g.40gb', '4g.40gb'],
      ['4g.40gb@0', '3g.40gb@4'],
    ],
    [
      ['4g.40gb', '2g.20gb', '1g.10gb'],
      ['4g.40gb@0', '2g.20gb@4', '1g.10gb@6'],
    ],
    [
      ['1g.10gb', '1g.10gb', '2g.20gb', '3g.40gb'],
      ['2g.20gb@0', '1g.10gb@2', '1g.10gb@3', '3g.40gb@4'],
    ],
    [
      ['3g.40gb', '2g.20gb', '2g.20gb'],
      ['2g.20gb@0', '2g.20gb@2', '3g.40gb@4'],
    ],
    [['7g.80gb'], ['7g.80gb@0']],
  ])('%j', (layout, at) => {
    const found = placed('A100-80', ...layout) ?? [];
    expect(found.map((one) => one.split('@')[0]).sort()).toEqual([...layout].sort());
    expect(found.length).toBe(at.length);
    const cells = found.flatMap((one) => {
      const [name, start] = one.split('@');
      const { memorySlices = 0 } = migProfiles('A100-80').find((profile) => profile.name === name) ?? {};
      return Array.from({ length: memorySlices }, (_, i) => Number(start) + i);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  test('what 4g leaves is placed exactly', () => {
    expect(placed('A100-80', '2g.20gb', '4g.40gb', '1g.10gb')).toEqual([
      '4g.40gb@0',
      '2g.20gb@4',
      '1g.10gb@6',
    ]);
  });

  test('seven of the smallest, in the order of the card', () => {
    expect(placed('B200', ...new Array<string>(7).fill('1g.23gb'))?.map((one) => one.slice(-2))).toEqual([
      '@0',
      '@1',
      '@2',
      '@3',
      '@4',
      '@5',
      '@6',
    ]);
  });

  test('as many of one profile as it says, and not one more', () => {
    for (const gpu of gpuNames()) {
      for (const { name, most } of migProfiles(gpu)) {
        expect(placed(gpu, ...new Array<string>(most).fill(name)), `${most} x ${name}`).toHaveLength(most);
        expect(
          placed(gpu, ...new Array<string>(most + 1).fill(name)),
          `${most + 1} x ${name}`,
        ).toBeUndefined();
      }
    }
  });

  test('whatever its slices can hold by number has a place', () => {
    const profiles = migProfiles('A100-80');
    const grow = (layout: readonly string[], from: number) => {
      const sum = (of: 'computeSlices' | 'memorySlices') =>
        layout.reduce((all, name) => all + (profiles.find((profile) => profile.name === name)?.[of] ?? 0), 0);
      const holds = sum('computeSlices') <= 7 && sum('memorySlices') <= 8;
      if (layout.length) expect(placed('A100-80', ...layout) !== undefined, layout.join(' ')).toBe(holds);
      if (holds) for (let i = from; i < profiles.length; i++) grow([...layout, profiles[i].name], i);
    };
    grow([], 0);
  });

  test('the four quarters of an RTX PRO 6000', () => {
    expect(placed('RTX-PRO-6000', '2g.48gb', '1g.24gb', '1g.24gb')).toEqual([
      '2g.48gb@0',
      '1g.24gb@2',
      '1g.24gb@3',
    ]);
    expect(placed('RTX-PRO-6000', '4g.96gb', '1g.24gb')).toBeUndefined();
  });
});

describe('what cannot be placed says why, and what can', () => {
  test('seven compute slices, nine of memory', () => {
    expect(fault('A100-80', '3g.40gb', '3g.40gb', '1g.10gb')).toMatchInlineSnapshot(`
      "2 x 3g.40gb + 1g.10gb cannot be placed on an A100-80
        why: they take 9 memory slices, and the card has 8
        fix: use a layout that can: 2 x 3g.40gb, or 3g.40gb + 2g.20gb + 2 x 1g.10gb, or 3g.40gb + 1g.20gb + 2 x 1g.10gb"
    `);
  });

  test('eight compute slices', () => {
    expect(fault('H100', ...new Array<string>(8).fill('1g.10gb'))).toMatchInlineSnapshot(`
      "8 x 1g.10gb cannot be placed on an H100
        why: they take 8 compute slices, and the card has 7
        fix: use a layout that can: 7 x 1g.10gb, or 1g.20gb + 6 x 1g.10gb, or 2g.20gb + 5 x 1g.10gb"
    `);
  });

  test('slices that may start only where the other lies', () => {
    expect(fault('A100-40', '4g.20gb', '4g.20gb')).toMatchInlineSnapshot(`
      "2 x 4g.20gb cannot be placed on an A100-40
        why: they take 8 compute slices, and the card has 7
        fix: use a layout that can: 4g.20gb + 3g.20gb, or 4g.20gb + 2g.10gb + 1g.10gb, or 4g.20gb + 2g.10gb + 1g.5gb"
    `);
  });

  test('counts memory, where the compute slices alone would do', () => {
    expect(fault('H200', '3g.71gb', '2g.35gb', '1g.35gb', '1g.18gb')).toMatchInlineSnapshot(`
      "3g.71gb + 2g.35gb + 1g.35gb + 1g.18gb cannot be placed on an H200
        why: they take 9 memory slices, and the card has 8
        fix: use a layout that can: 3g.71gb + 2g.35gb + 1g.35gb, or 3g.71gb + 2g.35gb + 2 x 1g.18gb, or 3g.71gb + 1g.35gb + 2 x 1g.18gb"
    `);
  });

  test('the name of a slice of another card', () => {
    expect(fault('B200', '2g.40gb')).toMatchInlineSnapshot(`
      "no slice '2g.40gb' of a B200
        why: slices are named after the memory of their GPU
        fix: use 2g.45gb; its slices are 1g.23gb, 1g.45gb, 2g.45gb, 3g.90gb, 4g.90gb, 7g.180gb"
    `);
  });

  test('a card that cannot be cut', () => {
    expect(fault('L4', '1g.10gb')).toMatchInlineSnapshot(`
      "an L4 cut by MIG
        why: this card cannot be cut into slices, or nobody has said into which
        fix: use one of A100-40, A100-80, H100, H200, B200, B300, RTX-PRO-6000, or share it by time"
    `);
  });

  test('nothing at all', () => {
    expect(fault('A100-40')).toMatchInlineSnapshot(`
      "an empty MIG layout of an A100-40
        why: slices are named after the memory of their GPU
        fix: its slices are 1g.5gb, 1g.10gb, 2g.10gb, 3g.20gb, 4g.20gb, 7g.40gb"
    `);
  });
});

describe('the memory of a slice', () => {
  test('is below its name, and below its share of the card', () => {
    for (const gpu of gpuNames()) {
      const profiles = migProfiles(gpu);
      const slices = Math.max(...profiles.map(({ memorySlices }) => memorySlices));
      for (const { name, memoryGiB, memorySlices } of profiles) {
        expect(memoryGiB, name).toBe(migMemoryGiB(gpu, name));
        expect(memoryGiB, name).toBeLessThan(Number(/\.(\d+)gb/.exec(name)?.[1]));
        expect(memoryGiB, name).toBeLessThanOrEqual((visibleGiB(cardNamed(gpu)) * memorySlices) / slices);
      }
    }
  });

  test('is known of every card that the catalog calls capable of it', () => {
    const capable = instances().flatMap(({ gpu }) => (gpu?.migCapable && gpu.count > 0 ? [gpu.name] : []));
    for (const gpu of new Set(capable)) expect(migProfiles(gpu), gpu).not.toEqual([]);
    expect(migProfiles('L40S')).toEqual([]);
    expect(migMemoryGiB('A100-80', '3g.20gb')).toBeUndefined();
  });
});
