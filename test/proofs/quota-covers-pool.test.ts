import { expect, test } from 'vitest';
import type { QuotaKey } from '../../lib/catalog';
import type { PoolFact } from '../../lib/core';
import { quotaCoversPool } from '../../lib/proofs/quota-covers-pool';
import { POOLS } from './platform';
import { refusals } from './scene';

const [general, l40s] = POOLS;

/** A pool of instance types that the catalog knows. */
const pool = (
  name: string,
  types: readonly string[],
  gpus: number,
  more: Partial<PoolFact> = {},
): PoolFact => ({
  ...l40s,
  name,
  shapes: types.map((instanceType) => ({
    ...l40s.shapes[0],
    instanceType,
    gpus,
    devices: { 'nvidia.com/gpu': gpus },
  })),
  limits: { 'nvidia.com/gpu': 16 },
  ...more,
});
const h100 = pool('h100', ['p5.48xlarge'], 8);
const judged = (pools: readonly PoolFact[], quotas: Partial<Record<QuotaKey, number>>) =>
  refusals(quotaCoversPool, { facts: { pool: pools }, quotas });

test('a limit beyond what is granted', () => {
  expect(judged([h100], { 'on-demand-p': 192 })).toMatchInlineSnapshot(`
    "NodePool/h100: pools at their limits need 384 vCPUs of on-demand-p (h100 384 on p5.48xlarge), and 192 are granted
      why: AWS answers VcpuLimitExceeded, and the last pods stay Pending: quota L-417A185B, Running On-Demand P instances
      fix: lower the limit of 'h100', or ask AWS for 384 and set aws.quotas.on-demand-p to what is granted"
  `);
  expect(judged([h100], { 'on-demand-p': 384 })).toBe('');
});

test('nodes that are always there count with the one that replaces another', () => {
  const fixed = pool('h100', ['p5.48xlarge'], 8, { static: 1, limits: { nodes: 2 } });
  expect(judged([fixed], { 'on-demand-p': 192 })).toContain('need 384 vCPUs of on-demand-p');
  expect(judged([fixed], { 'on-demand-p': 384 })).toBe('');
});

test('pools of one quota share it', () => {
  const other = pool('more', ['p5.48xlarge'], 8, { limits: { 'nvidia.com/gpu': 8 } });
  expect(judged([h100, other], { 'on-demand-p': 384 })).toContain(
    'need 576 vCPUs of on-demand-p (h100 384, more 192',
  );
  expect(judged([h100, other], { 'on-demand-p': 576 })).toBe('');
});

test('the types with the fewest vCPUs count, and larger ones are mentioned', () => {
  const l4 = pool('l4', ['g6.xlarge', 'g6.16xlarge'], 1, { limits: { 'nvidia.com/gpu': 4 } });
  expect(judged([l4], { 'on-demand-g': 16 })).toBe('');
  expect(judged([l4], { 'on-demand-g': 15 })).toContain(
    'with the largest types that the pools allow it would be 256',
  );
});

test('spot, reservations and fallbacks count where AWS counts them', () => {
  const spot = { ...h100, capacities: ['spot', 'on-demand'] as const };
  expect(judged([spot], { 'spot-p': 0 })).toContain('vCPUs of spot-p');
  expect(judged([spot], { 'on-demand-p': 0 })).toContain('vCPUs of on-demand-p');
  expect(judged([{ ...h100, capacities: ['reserved'] }], { 'on-demand-p': 0 })).toContain(
    'vCPUs of on-demand-p',
  );
  expect(judged([{ ...h100, capacities: ['reserved'], ends: '2027-01-31' }], { 'on-demand-p': 0 })).toBe('');
});

test('a limit in vCPUs or in nodes', () => {
  const cpus = { ...general, limits: { cpu: 256 } };
  expect(judged([cpus], { 'on-demand-standard': 255 })).toContain('(general 256), and 255 are granted');
  const divided = { ...h100, limits: { nodes: 2 } };
  expect(judged([divided], { 'on-demand-p': 383 })).toContain('need 384');
});

test('a quota that the file does not state is not compared', () => {
  expect(judged([h100], { 'on-demand-g': 0 })).toBe('');
});
