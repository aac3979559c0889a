import { expect, test } from 'vitest';
import { sharesAddUp } from '../../lib/sizing';

const servers = (...parts: readonly number[]) =>
  parts.map((utilization, i) => ({ name: `m${i}`, utilization }));

test('one server has the GPU for itself', () => {
  expect(sharesAddUp(servers(0.98), 22)).toBeUndefined();
});

test('together they leave room for the context of each', () => {
  expect(sharesAddUp(servers(0.45, 0.45), 22)).toBeUndefined();
  expect(sharesAddUp(servers(0.5, 0.5), 22)).toBeDefined();
  expect(sharesAddUp(servers(0.49, 0.49), 79)).toBeUndefined();
  expect(sharesAddUp(servers(0.3, 0.3, 0.3, 0.3), 79)?.fix).toContain('0.24 each');
});

test('what it advises is accepted', () => {
  for (const count of [2, 3, 7]) {
    const each = Number(
      /utilization to ([\d.]+)/.exec(sharesAddUp(servers(...Array(count).fill(0.9)), 44)?.fix ?? '')?.[1],
    );
    expect(sharesAddUp(servers(...Array(count).fill(each)), 44)).toBeUndefined();
  }
});

test('a server of two processes opens the GPU twice', () => {
  const kept = servers(0.475, 0.475).map((each) => ({ ...each, processes: 2 }));
  expect(sharesAddUp(servers(0.475, 0.475), 22)).toBeUndefined();
  expect(sharesAddUp(kept, 22)?.why).toContain('with 4 CUDA contexts at most 0.909 of 22.0 GiB');
});
