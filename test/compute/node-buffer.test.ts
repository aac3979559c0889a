import { describe, expect, test } from 'vitest';
import { GpuNodePool, type GpuNodePoolProps, NodeBuffer } from '../../lib/compute';
import { objectsOf, type PodTemplate, render } from '../../lib/core';
import { PROOFS, proofInput, prove } from '../../lib/proofs';
import { validateObject } from '../../lib/schemas';
import { find, layer as layerOf } from '../core/tree';

const buffer = (props: Partial<GpuNodePoolProps> = {}, nodes = 2) => {
  const layer = layerOf('serving');
  const pool = new GpuNodePool(layer, 'l40s', { gpu: 'L40S', perNode: 4, limit: 24, ...props });
  new NodeBuffer(layer, 'l40s-buffer', { pool, nodes });
  const { template } = find(layer, 'PodTemplate') as unknown as { readonly template: PodTemplate };
  return { layer, spec: template.spec, facts: render(layer.node.root).facts };
};

test('Karpenter reckons with pods that fill a node each', () => {
  const { layer, spec } = buffer();
  expect(find(layer, 'CapacityBuffer')).toMatchObject({
    metadata: { name: 'l40s-buffer', namespace: 'serving' },
    spec: { podTemplateRef: { name: 'l40s-buffer' }, replicas: 2 },
  });
  expect(spec.containers[0].resources?.requests).toEqual({
    cpu: '47',
    memory: '349Gi',
    'nvidia.com/gpu': '4',
  });
  expect(spec.nodeSelector).toEqual({ 'nexus.dev/pool': 'l40s' });
  expect(spec.tolerations).toHaveLength(1);
  expect(spec.affinity?.podAntiAffinity).toBeDefined();
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('what it keeps free is a fact, and no pod', () => {
  const { facts, spec } = buffer();
  expect(facts.of('buffer')).toMatchObject([
    { owner: 'CapacityBuffer/serving/l40s-buffer', namespace: 'serving', replicas: 2, template: { spec } },
  ]);
  expect(facts.of('pods')).toEqual([]);
});

test('finds room on a node of its pool, whatever its devices', () => {
  for (const props of [
    {},
    { gpu: 'A100-80', perNode: 8, devices: { mig: ['3g.40gb', '3g.40gb'] } },
    { gpu: 'L4', perNode: 1, devices: { timeSlicing: 4 } },
  ]) {
    const proofs = PROOFS.filter(({ name }) => name === 'pod-has-a-home');
    const { findings, proofs: ran } = prove(proofs, proofInput(render(buffer(props).layer.node.root)));
    expect(findings).toEqual([]);
    expect(ran[0].checked).toBe(1);
  }
});

describe('refused', () => {
  test('more than the limit', () => {
    expect(() => buffer({ limit: 8 }, 3)).toThrow("3 warm nodes have 12 GPUs, and pool 'l40s' may have 8");
  });

  test('a pool that always has its nodes', () => {
    expect(() => buffer({ static: 2, instanceTypes: ['g6e.12xlarge'] })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s-buffer (NodeBuffer): keeps nodes of pool 'l40s' warm, which always has 2
        why: no pod starts a node there: nothing would be kept beyond those, and less be left of them
        fix: raise static of 'l40s', or delete it]
    `);
  });
});
