import { expect, test } from 'vitest';
import { AutoModeGpuPool, type AutoModeGpuPoolProps } from '../../lib/compute';
import { objectsOf, render } from '../../lib/core';
import { PROOFS, proofInput, prove } from '../../lib/proofs';
import { validateObject } from '../../lib/schemas';
import { VllmService } from '../../lib/serving';
import { find, layer as layerOf } from '../core/tree';

const pool = (props: Partial<AutoModeGpuPoolProps> = {}) => {
  const layer = layerOf('serving');
  return { layer, made: new AutoModeGpuPool(layer, 'l40s', { gpu: 'L40S', perNode: 4, limit: 8, ...props }) };
};

test('nodes are of the class that Auto Mode has, chosen by its own labels', () => {
  const { layer } = pool();
  expect(objectsOf(layer).map(({ kind }) => kind)).toEqual(['NodePool']);
  const { template, limits } = find(layer, 'NodePool').spec as {
    limits: object;
    template: { spec: { nodeClassRef: object; expireAfter: string; requirements: { key: string }[] } };
  };
  expect(template.spec.nodeClassRef).toEqual({
    group: 'eks.amazonaws.com',
    kind: 'NodeClass',
    name: 'default',
  });
  expect(template.spec.requirements.map(({ key }) => key)).toEqual([
    'eks.amazonaws.com/instance-gpu-name',
    'eks.amazonaws.com/instance-gpu-count',
    'kubernetes.io/arch',
    'kubernetes.io/os',
    'karpenter.sh/capacity-type',
    'topology.kubernetes.io/zone',
  ]);
  expect(limits).toEqual({ 'nvidia.com/gpu': '8' });
  // Auto Mode ends nodes after 21 days.
  expect(template.spec.expireAfter).toBe('480h');
  expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
});

test('what is proven of a pool is proven of this one', () => {
  const { layer, made } = pool();
  new VllmService(layer, 'chat', {
    model: 'Qwen/Qwen3-8B',
    pool: made,
    gpus: 4,
    context: 32768,
    replicas: { min: 3, max: 3 },
  });
  const { findings } = prove(PROOFS, proofInput(render(layer.node.root)));
  expect(
    findings.filter(({ proof }) => /pod-has|pool-holds|devices/.test(proof)).map(({ what }) => what),
  ).toEqual([
    "pool 'l40s' may have 8 GPUs, and its pods need 12 at their highest scale (Deployment/serving/chat: 3 of 4)",
  ]);
});

test('pods get 80 GiB of disk, whatever the type has', () => {
  const [fact] = render(pool().layer.node.root).facts.of('pool');
  expect(fact.shapes.map(({ ephemeralMiB }) => ephemeralMiB)).toEqual([72_704, 72_704]);
});

test('a card that no type has in this number', () => {
  expect(() => pool({ gpu: 'H100', perNode: 4 })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/l40s (AutoModeGpuPool): no instance type has 4 H100
      why: Auto Mode would find nothing to start, and every pod of the pool would stay Pending
      fix: see which there are: nexus fit <model>]
  `);
});

test('a drain longer than a day', () => {
  expect(() => pool({ drainSeconds: 90_000 })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/l40s (AutoModeGpuPool): 'drainSeconds' is 90000
      why: EKS Auto Mode gives a node a day to drain, and then ends it
      fix: lower drainSeconds to 86100, or use a GpuNodePool]
  `);
});
