import { expect, test } from 'vitest';
import type { LiveObject } from '../../lib/rehearsal/api-client';
import { countNodes, managedNodes } from '../../lib/rehearsal/nodes';

type Group = Parameters<typeof managedNodes>[0];
const group = {
  name: 'system',
  subnets: ['nodes-a', 'nodes-b'],
  instanceTypes: ['m7g.large'],
  capacity: 'ON_DEMAND',
  size: { min: 3, desired: 3, max: 4 },
  labels: { 'nexus.dev/nodes': 'system' },
  taints: [{ key: 'CriticalAddonsOnly', value: 'true', effect: 'NO_SCHEDULE' }],
  launchTemplate: { volume: { sizeGiB: 50 } },
} as unknown as Group;
const subnets = [
  { name: 'nodes-a', zone: 'us-east-1a' },
  { name: 'nodes-b', zone: 'us-east-1b' },
] as unknown as Parameters<typeof managedNodes>[1];

test('a managed group has its nodes round the zones, with its labels and its taint', () => {
  const nodes = managedNodes(group, subnets, 'us-east-1');
  expect(nodes.map(({ labels }) => labels['topology.kubernetes.io/zone'])).toEqual([
    'us-east-1a',
    'us-east-1b',
    'us-east-1a',
  ]);
  expect(nodes[0]).toMatchObject({
    name: 'system-1',
    labels: { 'nexus.dev/nodes': 'system', 'kubernetes.io/arch': 'arm64' },
    taints: [{ key: 'CriticalAddonsOnly', value: 'true', effect: 'NoSchedule' }],
    allocatable: { cpu: '1930m', pods: '29' },
  });
});

test('nodes are counted by pool, type and capacity, and priced on demand', () => {
  const node = (pool: string, type: string) =>
    ({
      metadata: {
        name: 'x',
        labels: {
          'karpenter.sh/nodepool': pool,
          'node.kubernetes.io/instance-type': type,
          'karpenter.sh/capacity-type': 'spot',
        },
      },
    }) as unknown as LiveObject;
  expect(
    countNodes([node('l4', 'g6.xlarge'), node('l4', 'g6.xlarge'), node('b', 'none')], 'us-east-1'),
  ).toEqual([
    { pool: 'b', instanceType: 'none', capacity: 'spot', count: 1 },
    { pool: 'l4', instanceType: 'g6.xlarge', capacity: 'spot', count: 2, usdPerHour: 1.61 },
  ]);
});
