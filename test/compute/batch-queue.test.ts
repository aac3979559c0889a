import { describe, expect, test } from 'vitest';
import { BatchPriorities, BatchQueue, GpuNodePool, type GpuNodePoolProps, NodePool } from '../../lib/compute';
import { objectsOf } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { find, layer as layerOf } from '../core/tree';

const queue = (props: Partial<GpuNodePoolProps> = {}, taken?: Record<string, number>) => {
  const layer = layerOf('batch');
  const pool = new GpuNodePool(layer, 'l4', { gpu: 'L4', capacity: 'spot', limit: 8, ...props });
  new BatchQueue(layer, 'l4-queue', { pool, namespaces: ['batch', 'reports'], ...(taken ? { taken } : {}) });
  return layer;
};
const quotas = (layer: ReturnType<typeof queue>) => {
  const { resourceGroups } = find(layer, 'ClusterQueue').spec as {
    resourceGroups: { flavors: { resources: { name: string; nominalQuota: string }[] }[] }[];
  };
  const { resources } = resourceGroups[0].flavors[0];
  return Object.fromEntries(resources.map(({ name, nominalQuota }) => [name, nominalQuota]));
};

describe('quotas', () => {
  test('follow from the limit of the pool and the room of its nodes', () => {
    expect(quotas(queue())).toEqual({ cpu: '27', memory: '96Gi', 'nvidia.com/gpu': '8' });
  });

  test('leave models what they need, with its part of CPU and memory', () => {
    expect(quotas(queue({}, { 'nvidia.com/gpu': 4 }))).toEqual({
      cpu: '13',
      memory: '48Gi',
      'nvidia.com/gpu': '4',
    });
  });

  test('count slices where GPUs are cut', () => {
    const mig = { gpu: 'A100-80', perNode: 8, devices: { mig: ['3g.40gb', '3g.40gb'] } };
    expect(quotas(queue(mig))).toMatchObject({ 'nvidia.com/mig-3g.40gb': '16' });
  });
});

test('one queue for each namespace, one flavor that leads to the nodes of the pool', () => {
  const layer = queue();
  expect(find(layer, 'ResourceFlavor')).toMatchObject({
    metadata: { name: 'l4' },
    spec: {
      nodeLabels: { 'nexus.dev/pool': 'l4' },
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Equal', value: 'true', effect: 'NoSchedule' }],
    },
  });
  const local = objectsOf(layer).filter(({ kind }) => kind === 'LocalQueue');
  expect(local.map(({ metadata, spec }) => [metadata, spec])).toEqual([
    [{ name: 'l4', namespace: 'batch' }, { clusterQueue: 'l4' }],
    [{ name: 'l4', namespace: 'reports' }, { clusterQueue: 'l4' }],
  ]);
});

test('what it writes is legal', () => {
  const layer = queue();
  new BatchPriorities(layer, 'priorities');
  const written = objectsOf(layer);
  expect(written.filter(({ kind }) => kind === 'WorkloadPriorityClass').map(({ value }) => value)).toEqual([
    0, 1000,
  ]);
  expect(written.flatMap((object) => validateObject(object))).toEqual([]);
});

describe('refused', () => {
  test('a pool whose models need all of it', () => {
    expect(() => queue({}, { 'nvidia.com/gpu': 8 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l4-queue (BatchQueue): pool 'l4' may have 8 nvidia.com/gpu, and its models need 8 at their lowest scale
        why: nothing is left for batch work: its Jobs would wait for ever
        fix: raise the limit of 'l4', or use another pool]
    `);
  });

  test('a pool without GPUs', () => {
    const layer = layerOf('batch');
    const pool = new NodePool(layer, 'general');
    expect(
      () => new BatchQueue(layer, 'q', { pool, namespaces: ['batch'] }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/q (BatchQueue): pool 'general' has no GPUs
        why: everything without a GPU runs there, and nobody could say what is left for batch work
        fix: name a pool with GPUs]
    `);
  });
});
