import { describe, expect, test } from 'vitest';
import { GpuNodePool, type GpuNodePoolProps } from '../../lib/compute';
import { objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { find, layer as layerOf } from '../core/tree';

const TYPE = { instanceTypes: ['g6e.12xlarge'] };
const pool = (props: Partial<GpuNodePoolProps> = {}) => {
  const layer = layerOf('capacity');
  const made = new GpuNodePool(layer, 'l40s', {
    gpu: 'L40S',
    perNode: 4,
    limit: 12,
    static: 2,
    ...TYPE,
    ...props,
  });
  return {
    layer,
    made,
    spec: find(layer, 'NodePool').spec,
    fact: render(layer.node.root).facts.of('pool')[0],
  };
};

test('so many nodes, with room for one that replaces another', () => {
  const { layer, spec } = pool();
  expect(spec).toMatchObject({
    replicas: 2,
    limits: { nodes: '3' },
    disruption: { consolidateAfter: 'Never' },
  });
  expect(spec).not.toHaveProperty('weight');
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('what pods may have is what is always there', () => {
  const { made, fact } = pool();
  expect(made).toMatchObject({ static: 2, limit: 8, devices: [{ resource: 'nvidia.com/gpu', limit: 8 }] });
  expect(fact).toMatchObject({ static: 2, limits: { nodes: 3 } });
});

test('divided GPUs count nodes alone too', () => {
  const { spec, made } = pool({ devices: { timeSlicing: 2 } });
  expect(spec).toMatchObject({ replicas: 2, limits: { nodes: '3' } });
  expect(made.devices).toMatchObject([{ resource: 'nvidia.com/gpu.shared', limit: 16 }]);
});

test('a pool that pods start says nothing of it', () => {
  const { spec, fact } = pool({ static: undefined });
  expect(spec).not.toHaveProperty('replicas');
  expect(fact).not.toHaveProperty('static');
});

describe('refused', () => {
  test('several types: nobody could say which it becomes', () => {
    expect(() => pool({ instanceTypes: undefined })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'static' is 2, and its nodes may be g6e.12xlarge or g6e.24xlarge
        why: no pod asks for them, so Karpenter takes the cheapest, whatever the pods to come will need
        fix: name one of these in instanceTypes]
    `);
  });

  test('more than the limit', () => {
    expect(() => pool({ static: 4 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'static' is 4 nodes with 16 GPUs, and 'limit' is 12
        why: Karpenter starts nothing beyond the limit: some of them would never be there
        fix: raise limit to 20: these, and one that replaces another]
    `);
  });

  test('no room for one more', () => {
    expect(() => pool({ static: 3 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'static' is 3 nodes with 12 GPUs, and 'limit' is 12: there is no room for one more
        why: Karpenter starts the node of a new image before it drains the old one: without room none is ever replaced
        fix: raise limit to 16]
    `);
  });

  test('none', () => {
    expect(() => pool({ static: 0 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'static' is 0
        why: it is the number of nodes that the pool always has
        fix: set it to 1 or more, or leave it out: then pods start nodes]
    `);
  });
});

test('of a reservation there is nothing more to be had', () => {
  const held = { capacity: 'reserved', reservation: 'cr-0123456789abcdef0' } as const;
  expect(pool({ ...held, static: 3 }).spec).toMatchObject({ replicas: 3, limits: { nodes: '3' } });
});
