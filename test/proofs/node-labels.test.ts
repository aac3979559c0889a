import { describe, expect, test } from 'vitest';
import type { PodSpec, PoolFact } from '../../lib/core';
import { acceptsLabels, shapesFor, zonesFor, zonesNamed } from '../../lib/proofs/node-labels';

const ZONE = 'topology.kubernetes.io/zone';
const TYPE = 'node.kubernetes.io/instance-type';

const shape = (instanceType: string) => ({
  instanceType,
  cpuMillis: 3920,
  memoryMiB: 14_000,
  ephemeralMiB: 200_000,
  maxPods: 58,
  gpus: 1,
  devices: { 'nvidia.com/gpu': 1 },
});
const POOL: PoolFact = {
  name: 'l4',
  labels: { 'karpenter.sh/nodepool': 'l4' },
  choices: { [ZONE]: ['us-east-1a', 'us-east-1b'], [TYPE]: ['g6.xlarge', 'g6.16xlarge'] },
  taints: [],
  arch: 'amd64',
  capacities: ['spot'],
  zones: ['us-east-1a', 'us-east-1b'],
  shapes: [shape('g6.xlarge'), shape('g6.16xlarge')],
  limits: {},
  consolidation: 'WhenEmpty',
};

type Term = readonly {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}[];
const pod = (nodeSelector: Record<string, string>, ...terms: readonly Term[]): PodSpec => ({
  containers: [],
  nodeSelector,
  ...(terms.length
    ? {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
            },
          },
        },
      }
    : {}),
});
const types = (spec: PodSpec) => shapesFor(POOL, spec).map(({ instanceType }) => instanceType);

describe('shapes that a pod accepts', () => {
  test('all, when it asks for nothing that differs between them', () => {
    expect(types(pod({ [ZONE]: 'us-east-1a', 'kubernetes.io/os': 'linux' }))).toEqual([
      'g6.xlarge',
      'g6.16xlarge',
    ]);
  });

  test('those of a type, or with the labels of one', () => {
    expect(types(pod({ [TYPE]: 'g6.xlarge' }))).toEqual(['g6.xlarge']);
    const large = [{ key: 'karpenter.k8s.aws/instance-cpu', operator: 'Gt', values: ['16'] }];
    expect(types(pod({}, large))).toEqual(['g6.16xlarge']);
    const plain = [{ key: 'karpenter.k8s.aws/instance-gpu-name', operator: 'DoesNotExist' }];
    expect(types(pod({}, plain))).toEqual([]);
  });

  test('those of any of its terms', () => {
    const term = (type: string) => [{ key: TYPE, operator: 'In', values: [type] }];
    expect(types(pod({}, term('m7i.large'), term('g6.16xlarge')))).toEqual(['g6.16xlarge']);
  });
});

test('one value must meet all that is said of a label', () => {
  const not = (zone: string) => [{ key: ZONE, operator: 'NotIn', values: [zone] }];
  expect(acceptsLabels(POOL, pod({ [ZONE]: 'us-east-1a' }, not('us-east-1b')))).toBe(true);
  expect(acceptsLabels(POOL, pod({ [ZONE]: 'us-east-1a' }, not('us-east-1a')))).toBe(false);
});

test('a label that no node carries is missed by all but who wants it absent', () => {
  const asked = (operator: string) =>
    acceptsLabels(POOL, pod({}, [{ key: 'team', operator, values: ['x'] }]));
  expect(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'].filter(asked)).toEqual([
    'NotIn',
    'DoesNotExist',
  ]);
});

test('zones follow from what a pod says, of zones alone or of all', () => {
  const spec = pod({ 'karpenter.sh/nodepool': 'other', [ZONE]: 'us-east-1b' });
  expect(zonesFor(POOL, spec)).toEqual([]);
  expect(zonesNamed(['us-east-1a', 'us-east-1b', 'us-east-1c'], spec)).toEqual(['us-east-1b']);
  expect(zonesFor(POOL, pod({ [ZONE]: 'us-east-1b' }))).toEqual(['us-east-1b']);
});
