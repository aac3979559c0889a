import { describe, expect, test } from 'vitest';
import { GpuNodePool, type GpuNodePoolProps } from '../../lib/compute';
import { render } from '../../lib/core';
import { find, layer as layerOf } from '../core/tree';

const RESERVATION = 'cr-0123456789abcdef0';
const pool = (props: Partial<GpuNodePoolProps>) => {
  const layer = layerOf();
  new GpuNodePool(layer, 'h100', { gpu: 'H100', perNode: 8, limit: 16, ...props });
  return layer;
};
const refused = (props: Partial<GpuNodePoolProps>) => () => pool(props);
const bought = (props: Partial<GpuNodePoolProps>) => {
  const { template } = find(pool(props), 'NodePool').spec as {
    template: { spec: { requirements: { key: string; values: string[] }[] } };
  };
  return template.spec.requirements.find(({ key }) => key === 'karpenter.sh/capacity-type')?.values;
};

const BLOCK = {
  capacity: 'block',
  reservation: RESERVATION,
  zones: ['us-east-1b'],
  ends: '2027-01-31',
} as const;

describe('what Karpenter may buy', () => {
  test.each<[Partial<GpuNodePoolProps>, readonly string[]]>([
    [{}, ['on-demand']],
    [{ capacity: 'spot', fallback: 'on-demand' }, ['spot', 'on-demand']],
    [{ capacity: 'reserved', reservation: RESERVATION, fallback: 'on-demand' }, ['reserved', 'on-demand']],
    [{ capacity: 'reserved', reservation: RESERVATION, fallback: 'spot' }, ['reserved', 'spot']],
    [BLOCK, ['reserved']],
  ])('%j', (props, kinds) => {
    expect(bought(props)).toEqual(kinds);
  });

  test('a block says when it ends, and no label promises what a fallback may break', () => {
    const [block] = render(pool(BLOCK).node.root).facts.of('pool');
    expect(block).toMatchObject({ ends: '2027-01-31', capacities: ['reserved'], zones: ['us-east-1b'] });
    const [spot] = render(pool({ capacity: 'spot', fallback: 'on-demand' }).node.root).facts.of('pool');
    expect(spot.labels).not.toHaveProperty(['karpenter.sh/capacity-type']);
  });
});

describe('what is refused', () => {
  test('a fallback that would be taken first', () => {
    expect(refused({ fallback: 'spot' })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/h100 (GpuNodePool): 'fallback' is 'spot' and 'capacity' is 'on-demand'
        why: of what a pool may buy Karpenter takes the cheapest first: reserved, then spot, then on-demand
        fix: set capacity to 'spot' and fallback to 'on-demand']
    `);
    expect(refused({ capacity: 'spot', fallback: 'spot' })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/h100 (GpuNodePool): 'fallback' is 'spot' and 'capacity' is 'spot'
        why: of what a pool may buy Karpenter takes the cheapest first: reserved, then spot, then on-demand
        fix: leave fallback out]
    `);
  });

  test('a block without its zone or its day', () => {
    expect(refused({ ...BLOCK, zones: undefined })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/h100 (GpuNodePool): a capacity block lies in one zone, and 'zones' names none
        why: volumes and spread would be planned for zones in which no node can start
        fix: set zones to the one that the block was bought in]
    `);
    expect(refused({ ...BLOCK, ends: 'January' })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/h100 (GpuNodePool): 'capacity' is 'block', and 'ends' is 'January'
        why: its nodes are taken back on that day, and nothing here may be surprised by it
        fix: set ends to the block's last day, such as '2027-01-31']
    `);
  });

  test('the last day of what has none', () => {
    expect(refused({ ends: '2027-01-31' })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/h100 (GpuNodePool): 'ends' is '2027-01-31', but 'capacity' is 'on-demand'
        why: only a capacity block has an end
        fix: leave ends out, or set capacity to 'block']
    `);
  });
});
