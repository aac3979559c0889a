import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isQuantity, isWhole, nanosOf } from '../../../lib/schemas/rules/quantity';

describe('a quantity', () => {
  test.each([
    '0',
    '1',
    '1.5',
    '.5',
    '1.',
    '+2',
    '-2',
    '100m',
    '1e3',
    '1E3',
    '2E',
    '1Ki',
    '1.5Gi',
    '3n',
    '3u',
  ])('%s is one', (text) => {
    expect(isQuantity(text)).toBe(true);
  });

  test.each(['', 'x', '1K', '1GB', '1 Gi', '1mi', '.', '1e', '--1', '1Gib', '0x10'])('%s is none', (text) => {
    expect(isQuantity(text)).toBe(false);
    expect(nanosOf(text)).toBeUndefined();
  });

  test('is counted in billionths', () => {
    expect(nanosOf('1')).toBe(1_000_000_000n);
    expect(nanosOf('100m')).toBe(nanosOf(0.1));
    expect(nanosOf('1Ki')).toBe(nanosOf(1024));
    expect(nanosOf('1.5Gi')).toBe(nanosOf('1536Mi'));
    expect(nanosOf('1E')).toBe(nanosOf('1000P'));
    expect(nanosOf('1E3')).toBe(nanosOf('1k'));
    expect(nanosOf('-2')).toBe(-2_000_000_000n);
    expect(nanosOf(true)).toBeUndefined();
  });

  test('of whole numbers is whole, of thousandths only when they add up', () => {
    fc.assert(
      fc.property(fc.nat(), (n) => {
        expect(isWhole(nanosOf(n) as bigint)).toBe(true);
        expect(isWhole(nanosOf(`${n}m`) as bigint)).toBe(n % 1000 === 0);
        expect(nanosOf(`${n}Mi`)).toBe((nanosOf(n) as bigint) * 1024n * 1024n);
      }),
    );
  });
});
