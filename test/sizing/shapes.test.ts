import { expect, test } from 'vitest';
import { gpuShapes, visibleGiB } from '../../lib/sizing';
import { cardNamed } from './given';

test('what CUDA hands out is what logs show, and else a part of what EC2 says', () => {
  expect(visibleGiB(cardNamed('L4'))).toBeCloseTo(22.03, 2);
  expect(visibleGiB(cardNamed('H200'))).toBeCloseTo(139.8, 1);
  const unseen = cardNamed('RTX-PRO-4500');
  expect(unseen.cudaVisibleMiB).toBeUndefined();
  expect(visibleGiB(unseen)).toBeCloseTo((unseen.memoryMiB * 0.98) / 1024, 6);
});

test('each shape is there once, by its cheapest type, cheapest first', () => {
  const shapes = gpuShapes('us-east-1');
  const names = shapes.map(({ card, count }) => `${count} ${card.name}`);
  expect(new Set(names).size).toBe(names.length);
  expect(shapes.find(({ card, count }) => card.name === 'L4' && count === 1)?.instanceType).toBe('g6.xlarge');
  const prices = shapes.map(({ usdPerHour }) => usdPerHour ?? Number.POSITIVE_INFINITY);
  expect(prices).toEqual([...prices].sort((a, b) => a - b));
});

test('a price that is not known is absent, and last', () => {
  const shapes = gpuShapes('nowhere-1');
  expect(shapes.every((shape) => !('usdPerHour' in shape))).toBe(true);
});
