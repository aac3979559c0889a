import { describe, expect, test } from 'vitest';
import type { PodsFact, PoolFact } from '../../lib/core';
import { poolHoldsReplicas } from '../../lib/proofs/pool-holds-replicas';
import { POOLS } from './platform';
import { refusals } from './scene';

const pods = (name: string, gpus: number, maxReplicas: number, more: Partial<PodsFact> = {}): PodsFact => ({
  owner: `Deployment/apps/${name}`,
  maker: 'object',
  namespace: 'apps',
  replicas: 1,
  maxReplicas,
  template: {
    metadata: { labels: { app: name } },
    spec: {
      nodeSelector: { 'nexus.dev/pool': gpus ? 'l40s' : 'general' },
      tolerations: gpus ? [{ key: 'nvidia.com/gpu', operator: 'Exists' }] : [],
      containers: [
        { name, resources: { requests: { cpu: '2', ...(gpus ? { 'nvidia.com/gpu': gpus } : {}) } } },
      ],
    },
  },
  ...more,
});
const judged = (list: readonly PodsFact[], pool: readonly PoolFact[] = POOLS) =>
  refusals(poolHoldsReplicas, { facts: { pool, pods: list } });

test('a limit below the second replica', () => {
  expect(judged([pods('chat', 4, 7)])).toMatchInlineSnapshot(`
    "Deployment/apps/chat: pool 'l40s' may have 24 GPUs, and its pods need 28 at their highest scale (Deployment/apps/chat: 7 of 4)
      why: Karpenter launches nothing beyond the limit: the last pods stay Pending
      fix: raise the limit of 'l40s' to 28, or lower the replicas"
  `);
  expect(judged([pods('chat', 4, 6)])).toBe('');
});

test('nodes are bought whole: three GPUs of four are four', () => {
  expect(judged([pods('chat', 3, 7)])).toContain('need 28 at their highest scale');
  expect(judged([pods('chat', 3, 6)])).toBe('');
});

test('small pods share nodes', () => {
  expect(judged([pods('a', 3, 6), pods('b', 1, 6)])).toBe('');
  expect(judged([pods('a', 3, 6), pods('b', 1, 7)])).toContain(
    'Deployment/apps/a: 6 of 3; Deployment/apps/b: 7 of 1',
  );
});

test('vCPUs of a pool without GPUs', () => {
  const [general, l40s] = POOLS;
  const small = [{ ...general, limits: { cpu: 8 } }, l40s];
  expect(judged([pods('web', 0, 5)], small)).toContain(
    "pool 'general' may have 8 vCPUs, and its pods need 10",
  );
  expect(judged([pods('web', 0, 4)], small)).toBe('');
});

test('a Job is gone when its work is done', () => {
  expect(judged([pods('chat', 4, 6), pods('load', 4, 1, { job: true })])).toBe('');
});

describe('spare pods', () => {
  const spare = (count: number) => {
    const fact = pods('warm', 4, count, { replicas: count });
    const spec = { ...fact.template.spec, priorityClassName: 'nexus-spare' };
    return { ...fact, template: { ...fact.template, spec } };
  };

  test('make way at the highest scale', () => {
    expect(judged([pods('chat', 4, 6, { replicas: 4 }), spare(2)])).toBe('');
  });

  test('must have a place at the lowest', () => {
    expect(judged([pods('chat', 4, 6, { replicas: 5 }), spare(2)])).toMatchInlineSnapshot(`
      "Deployment/apps/warm: keeps 8 GPUs of pool 'l40s' warm, which may have 24, of which its other pods need 20 at their lowest scale
        why: spare pods make way for all others: some of these would never have a node
        fix: raise the limit of 'l40s' to 28, or keep 1 warm"
    `);
  });
});

describe('nodes that are always there', () => {
  const [general, l40s] = POOLS;
  const fixed = [general, { ...l40s, static: 2, limits: { nodes: 3 } }];

  test("hold what they hold: the room to replace one is nobody else's", () => {
    expect(judged([pods('chat', 4, 2)], fixed)).toBe('');
    expect(judged([pods('chat', 4, 3)], fixed)).toMatchInlineSnapshot(`
      "Deployment/apps/chat: pool 'l40s' may have 8 GPUs, and its pods need 12 at their highest scale (Deployment/apps/chat: 3 of 4)
        why: its nodes are always there, and no pod starts another: the last pods stay Pending
        fix: set static of 'l40s' to 3, and its limit to 16, or lower the replicas"
    `);
  });
});

describe('room that is kept free', () => {
  const buffer = (replicas: number) => {
    const { namespace, template } = pods('buffer', 4, replicas);
    return [{ owner: 'CapacityBuffer/apps/l40s-buffer', namespace, replicas, template }];
  };
  const kept = (least: number, replicas: number) =>
    refusals(poolHoldsReplicas, {
      facts: { pool: POOLS, pods: [pods('chat', 4, 6, { replicas: least })], buffer: buffer(replicas) },
    });

  test('is given up at the highest scale, and must be had at the lowest', () => {
    expect(kept(4, 2)).toBe('');
    expect(kept(5, 2)).toContain("CapacityBuffer/apps/l40s-buffer: keeps 8 GPUs of pool 'l40s' warm");
  });
});
