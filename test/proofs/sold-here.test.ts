import { expect, test } from 'vitest';
import type { PoolFact } from '../../lib/core';
import { soldHere } from '../../lib/proofs/sold-here';
import { POOLS } from './platform';

const [, l40s] = POOLS;
const pool = (types: readonly string[], region: string, more: Partial<PoolFact> = {}): PoolFact => ({
  ...l40s,
  zones: [`${region}a`, `${region}b`],
  shapes: types.map((instanceType) => ({ ...l40s.shapes[0], instanceType })),
  ...more,
});

test('a list that has a type elsewhere and not here rules it out', () => {
  const found = soldHere(pool(['g6.xlarge'], 'eu-west-1'));
  expect(found?.severity).toBeUndefined();
  expect(found?.what).toBe(
    'eu-west-1 does not offer g6.xlarge, says ec2.shop copy of the AWS price list of 2025-04-04',
  );
  expect(soldHere(pool(['g6.xlarge'], 'us-east-2'))).toBeUndefined();
});

test('one type that is sold is enough', () => {
  expect(soldHere(pool(['g6.xlarge', 'g5.xlarge'], 'eu-west-1'))).toBeUndefined();
});

test('a type that only lists of one region have is a warning: nobody says that it is not sold', () => {
  expect(soldHere(pool(['g7e.2xlarge'], 'eu-west-1'))?.severity).toBe('warning');
  expect(soldHere(pool(['g7e.2xlarge', 'g6.xlarge'], 'eu-west-1'))?.severity).toBe('warning');
  expect(soldHere(pool(['p5e.48xlarge'], 'us-east-1'))?.severity).toBe('warning');
});

test('where no list reaches, nothing is said', () => {
  expect(soldHere(pool(['g6.xlarge'], 'ap-southeast-3'))).toBeUndefined();
});

test('who holds a reservation has found out', () => {
  expect(soldHere(pool(['p5e.48xlarge'], 'us-east-1', { capacities: ['reserved'] }))).toBeUndefined();
});
