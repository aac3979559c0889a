import { expect, test } from 'vitest';
import type { PoolFact } from '../../lib/core';
import { instanceTypes } from '../../lib/rehearsal/instance-types';

const ZONES = ['us-east-1a', 'us-east-1b'];
const find = (name: string, pools: readonly PoolFact[] = []) =>
  instanceTypes('us-east-1', ZONES, pools).find((type) => type.name === name);

test('a type offers what the kubelet leaves, and what the simulation will take from it', () => {
  expect(find('g6.xlarge')).toMatchObject({
    architecture: 'amd64',
    resources: { 'nvidia.com/gpu': '1', pods: '58' },
  });
  expect(find('p5.48xlarge')?.resources).toMatchObject({
    'nvidia.com/gpu': '8',
    'vpc.amazonaws.com/efa': '32',
  });
  expect(find('m7g.large')?.resources).toEqual({
    cpu: '2030m',
    memory: '6854Mi',
    pods: '29',
    'ephemeral-storage': '87040Mi',
  });
});

test('it is sold on demand and, cheaper, on the spot market, in every zone', () => {
  const sold = find('g6.xlarge')?.offerings.map(({ Price, Requirements }) => [
    Requirements[0].values?.[0],
    Requirements[1].values?.[0],
    Price,
  ]);
  expect(sold).toEqual([
    ['us-east-1a', 'on-demand', 0.8048],
    ['us-east-1a', 'spot', 0.8048 * 0.4],
    ['us-east-1b', 'on-demand', 0.8048],
    ['us-east-1b', 'spot', 0.8048 * 0.4],
  ]);
});

test("its labels are those of AWS's provider; what it lacks is said to be missing", () => {
  const labels = (name: string) =>
    Object.fromEntries(
      (find(name)?.offerings[0].Requirements ?? []).map(({ key, values }) => [key, values?.[0]]),
    );
  expect(labels('g6.xlarge')).toMatchObject({
    'karpenter.k8s.aws/instance-category': 'g',
    'karpenter.k8s.aws/instance-generation': '6',
    'karpenter.k8s.aws/instance-size': 'xlarge',
    'karpenter.k8s.aws/instance-gpu-name': 'l4',
    'karpenter.k8s.aws/instance-gpu-count': '1',
    'karpenter.k8s.aws/instance-hypervisor': 'nitro',
  });
  const without = find('m7g.large')?.offerings[0].Requirements ?? [];
  expect(without).toContainEqual({ key: 'karpenter.k8s.aws/instance-gpu-name', operator: 'DoesNotExist' });
});

test('a region without a price does not offer the type', () => {
  expect(instanceTypes('sa-east-1', ['sa-east-1a'], []).length).toBeLessThan(
    instanceTypes('us-east-1', ZONES, []).length,
  );
});

test('a reservation is cheaper than anything to be bought, and ends where the pool does', () => {
  const pool = {
    name: 'h200',
    capacities: ['reserved'],
    zones: ['us-east-1b'],
    shapes: [
      {
        instanceType: 'g6.xlarge',
        cpuMillis: 0,
        memoryMiB: 0,
        ephemeralMiB: 0,
        maxPods: 58,
        gpus: 1,
        devices: { 'nvidia.com/gpu': 1 },
      },
    ],
    limits: { 'nvidia.com/gpu': 3 },
  } as unknown as PoolFact;
  const held = find('g6.xlarge', [pool])?.offerings.at(-1);
  expect(held).toMatchObject({ ReservationCapacity: 3 });
  expect(held?.Price).toBeLessThan(0.001);
  expect(held?.Requirements).toContainEqual({
    key: 'karpenter.k8s.aws/capacity-reservation-id',
    operator: 'In',
    values: ['h200-us-east-1b'],
  });
});
