import { describe, expect, test } from 'vitest';
import { GpuNodePool, type GpuNodePoolProps, NodePool, WarmNodes } from '../../lib/compute';
import { type Cluster, objectsOf, type PodSpec, render } from '../../lib/core';
import { PROOFS, proofInput, prove } from '../../lib/proofs';
import { validateObject } from '../../lib/schemas';
import { AWS, find, layer as layerOf } from '../core/tree';

const CLUSTER: Cluster = { ...AWS, priorityClasses: true };

const warm = (props: Partial<GpuNodePoolProps> = {}, nodes = 2, images: Record<string, string> = {}) => {
  const layer = layerOf('serving', { cluster: CLUSTER });
  const pool = new GpuNodePool(layer, 'l40s', { gpu: 'L40S', perNode: 4, limit: 24, ...props });
  new WarmNodes(layer, 'l40s-warm', { pool, nodes, images });
  const { replicas, strategy, template } = find(layer, 'Deployment').spec as {
    replicas: number;
    strategy: object;
    template: { spec: PodSpec };
  };
  return { layer, replicas, strategy, spec: template.spec };
};

describe('a spare pod', () => {
  test('holds a whole node, and goes at once', () => {
    const { replicas, spec, strategy } = warm();
    expect(replicas).toBe(2);
    expect(spec.containers[0].resources?.requests).toEqual({
      cpu: '47',
      memory: '349Gi',
      'nvidia.com/gpu': '4',
    });
    expect(spec).toMatchObject({
      nodeSelector: { 'nexus.dev/pool': 'l40s' },
      priorityClassName: 'nexus-spare',
      terminationGracePeriodSeconds: 1,
    });
    expect(spec.tolerations).toHaveLength(1);
    expect(strategy).toMatchObject({ rollingUpdate: { maxSurge: 0 } });
  });

  test('never shares a node with its like, however large the node', () => {
    expect(warm().spec.affinity?.podAntiAffinity).toEqual({
      requiredDuringSchedulingIgnoredDuringExecution: [
        {
          labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'l40s-warm' } },
          topologyKey: 'kubernetes.io/hostname',
        },
      ],
    });
  });

  test('asks for what the node offers: slices, or one part of a shared GPU', () => {
    const asked = (props: Partial<GpuNodePoolProps>) => warm(props).spec.containers[0].resources?.limits;
    const sliced = { gpu: 'A100-80', perNode: 8, devices: { mig: ['3g.40gb', '3g.40gb'] } };
    expect(asked(sliced)).toMatchObject({ 'nvidia.com/mig-3g.40gb': '16' });
    expect(asked({ gpu: 'L4', perNode: 1, devices: { timeSlicing: 4 } })).toMatchObject({
      'nvidia.com/gpu.shared': '1',
    });
  });

  test('pulls the images first, and stays legal', () => {
    const { layer, spec } = warm({}, 1, { engine: 'docker.io/example/engine:1.2.3' });
    expect(spec.initContainers).toMatchObject([
      { name: 'pull-engine', image: 'docker.io/example/engine:1.2.3', command: ['true'] },
    ]);
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('finds room on a node of its pool, whatever its devices', () => {
    const pools: Partial<GpuNodePoolProps>[] = [
      {},
      { gpu: 'L4', perNode: 1 },
      { gpu: 'H200', perNode: 8 },
      { gpu: 'A100-80', perNode: 8, devices: { mig: ['3g.40gb', '3g.40gb'] } },
      { gpu: 'L4', perNode: 1, devices: { timeSlicing: 4 } },
    ];
    for (const props of pools) {
      const proofs = PROOFS.filter(({ name }) => name === 'pod-has-a-home');
      const { findings, proofs: ran } = prove(proofs, proofInput(render(warm(props).layer.node.root)));
      expect(findings).toEqual([]);
      expect(ran[0].checked).toBe(1);
    }
  });
});

describe('refused', () => {
  test('more than the limit', () => {
    expect(() => warm({ limit: 8 }, 3)).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s-warm (WarmNodes): 3 warm nodes have 12 GPUs, and pool 'l40s' may have 8
        why: Karpenter launches nothing beyond the limit: some of them would never start
        fix: keep 2 warm, or raise the limit]
    `);
  });

  test('a pool without GPUs', () => {
    const layer = layerOf('serving', { cluster: CLUSTER });
    const pool = new NodePool(layer, 'general');
    expect(() => new WarmNodes(layer, 'warm', { pool, nodes: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/warm (WarmNodes): pool 'general' has no GPUs to keep warm
        why: nodes without GPUs start within a minute, and other pods keep some of them running
        fix: name a pool with GPUs]
    `);
  });

  test('a cluster without the classes', () => {
    const layer = layerOf();
    const pool = new GpuNodePool(layer, 'l4', { gpu: 'L4', limit: 2 });
    expect(() => new WarmNodes(layer, 'warm', { pool, nodes: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/warm (WarmNodes): keeps nodes of pool 'l4' warm without a class for its pods
        why: nothing could take their place: the nodes would be paid for and of no use
        fix: write PriorityClasses, and set priorityClasses in setCluster]
    `);
  });
});
