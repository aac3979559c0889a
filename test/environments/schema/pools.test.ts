import { describe, expect, test } from 'vitest';
import { awsWith, localPlus } from '../files';

describe('pools', () => {
  const pool = (text: string) =>
    awsWith(['  general: { cpu: true }', `  general: { cpu: true }\n  x: ${text}`]);

  test('GPUs', () => {
    expect(pool('{ gpu: L4S, limit: 1 }')).toMatchInlineSnapshot(`
      "env.yaml
        12:13  pools.x.gpu: 'L4S' is not one of T4, A10G, L4, L40S, A100-40, A100-80, H100, H200, B200, B300, RTX-PRO-6000, RTX-PRO-4500; did you mean 'L4'?
      1 problem; nothing was synthesized"
    `);
    expect(pool('{ gpu: A100, perNode: 3, capacity: on-demnd }')).toMatchInlineSnapshot(`
      "env.yaml
        12:6   pools.x.limit: is missing: Most GPUs that the pool may have
        12:13  pools.x.gpu: 'A100' is not one of T4, A10G, L4, L40S, A100-40, A100-80, H100, H200, B200, B300, RTX-PRO-6000, RTX-PRO-4500; did you mean 'A100-40'?
        12:28  pools.x.perNode: 3 is not one of 1, 2, 4, 8
        12:41  pools.x.capacity: 'on-demnd' is not one of on-demand, spot, reserved, block; did you mean 'on-demand'?
      4 problems; nothing was synthesized"
    `);
  });

  test('one thing or the other', () => {
    expect(pool('{ capacity: spot }')).toMatchInlineSnapshot(`
      "env.yaml
        12:6  pools.x: needs 'gpu' or 'cpu'
      1 problem; nothing was synthesized"
    `);
    expect(pool('{ cpu: true, gpu: L4, limit: 1 }')).toMatchInlineSnapshot(`
      "env.yaml
        12:6  pools.x: has 'gpu' and 'cpu'; keep one
      1 problem; nothing was synthesized"
    `);
    expect(pool('{ cpu: true, perNode: 4, capacity: reserved, arch: arm }')).toMatchInlineSnapshot(`
      "env.yaml
        12:19  pools.x.perNode: is not read with 'cpu', only with 'gpu'
        12:41  pools.x.capacity: 'reserved' is not one of on-demand, spot
        12:57  pools.x.arch: 'arm' is not one of amd64, arm64; did you mean 'arm64'?
      3 problems; nothing was synthesized"
    `);
    expect(pool('{ gpu: L4, limit: 1, arch: arm64 }')).toMatchInlineSnapshot(`
      "env.yaml
        12:27  pools.x.arch: is not read with 'gpu', only with 'cpu'
      1 problem; nothing was synthesized"
    `);
  });

  test('reservations', () => {
    expect(pool('{ gpu: L4, limit: 1, capacity: reserved }')).toMatchInlineSnapshot(`
      "env.yaml
        12:37  pools.x.capacity: 'reserved' needs a reservation: name it in 'reservation'
      1 problem; nothing was synthesized"
    `);
    expect(
      pool('{ gpu: L4, limit: 1, capacity: spot, reservation: cr-0123456789abcdef0 }'),
    ).toMatchInlineSnapshot(`
      "env.yaml
        12:56  pools.x.reservation: nothing reads this with capacity 'spot', only with 'reserved' or 'block'
      1 problem; nothing was synthesized"
    `);
  });

  test('zones and instance types', () => {
    expect(pool('{ gpu: L4, limit: 1, zones: [us-east-1c], instanceTypes: [g6] }')).toMatchInlineSnapshot(`
      "env.yaml
        12:35  pools.x.zones[0]: 'us-east-1c' is not one of aws.zones: us-east-1a, us-east-1b
        12:64  pools.x.instanceTypes[0]: 'g6' is not an instance type such as g6.xlarge
      2 problems; nothing was synthesized"
    `);
    expect(pool('{ gpu: L4, limit: 1, zones: [us-east-1b], instanceTypes: [g6.xlarge] }')).toBe('(loads)');
  });

  test('every environment in AWS has one without GPUs', () => {
    expect(awsWith(['  general: { cpu: true }\n', ''])).toMatchInlineSnapshot(`
      "env.yaml
        11:3  pools: needs a pool without GPUs: everything without a GPU runs there; add general: { cpu: true }
      1 problem; nothing was synthesized"
    `);
  });

  test('nothing reads them without aws', () => {
    expect(localPlus('pools: { general: { cpu: true } }\n')).toMatchInlineSnapshot(`
      "env.yaml
        11:8  pools: nothing reads pools in an environment without 'aws'; drop them
      1 problem; nothing was synthesized"
    `);
  });
});
