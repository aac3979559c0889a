import { expect, test } from 'vitest';
import { Karpenter, SystemNodes } from '../../lib/compute';
import { render } from '../../lib/core';
import { layer as layerOf } from '../core/tree';

const factsOf = (props?: { instanceType?: string; count?: number }) => {
  const layer = layerOf();
  new SystemNodes(layer, 'system', props);
  return render(layer.node.root).facts;
};

test('three small nodes that only Karpenter and the add-ons tolerate', () => {
  expect(factsOf().of('pool')).toEqual([
    {
      name: 'system',
      labels: { 'nexus.dev/nodes': 'system' },
      choices: {
        'topology.kubernetes.io/zone': ['us-east-1a', 'us-east-1b', 'us-east-1c'],
        'node.kubernetes.io/instance-type': ['m7g.large'],
        'kubernetes.io/arch': ['arm64'],
        'kubernetes.io/os': ['linux'],
      },
      taints: [{ key: 'CriticalAddonsOnly', value: 'true', effect: 'NoSchedule' }],
      arch: 'arm64',
      capacities: ['on-demand'],
      zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      shapes: [
        {
          instanceType: 'm7g.large',
          cpuMillis: 1930,
          memoryMiB: 6844,
          ephemeralMiB: 45056,
          maxPods: 29,
          gpus: 0,
          devices: {},
        },
      ],
      limits: { nodes: 3 },
      consolidation: 'WhenEmpty',
    },
  ]);
});

test('other nodes, more of them', () => {
  const [pool] = factsOf({ instanceType: 'm7i.xlarge', count: 2 }).of('pool');
  expect(pool).toMatchObject({ arch: 'amd64', limits: { nodes: 2 } });
});

test('Karpenter selects and tolerates them', () => {
  const layer = layerOf();
  new SystemNodes(layer, 'system');
  new Karpenter(layer, 'karpenter');
  const { facts } = render(layer.node.root);
  const [{ labels, choices, taints }] = facts.of('pool');
  const { nodeSelector, tolerations } = facts.of('pods')[0].template.spec;
  for (const [key, value] of Object.entries(nodeSelector ?? {})) {
    expect([labels[key], ...(choices[key] ?? [])], key).toContain(value);
  }
  expect(tolerations?.map(({ key }) => key)).toEqual(taints.map(({ key }) => key));
});

test('an unknown type is refused', () => {
  expect(() => factsOf({ instanceType: 'm7g.larg' })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/system (SystemNodes): 'instanceType' is 'm7g.larg', which the catalog does not know
      why: nobody could tell whether Karpenter and the add-ons fit on it
      fix: choose a known type, such as m7g.large]
  `);
});

test('the add-ons are counted, on these nodes and on every other', () => {
  const pods = factsOf().of('pods');
  const names = (everywhere: boolean) =>
    pods
      .filter(({ replicas }) => (replicas === 'node') === everywhere)
      .map(({ owner }) => owner.split('#')[1]);
  expect(names(true)).toEqual(['ebs-csi-node', 'aws-node', 'kube-proxy', 'eks-pod-identity-agent']);
  expect(names(false)).toEqual(['coredns', 'ebs-csi-controller', 'metrics-server']);
});
