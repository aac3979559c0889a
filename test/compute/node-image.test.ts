import { describe, expect, test } from 'vitest';
import { GpuNodePool, type GpuNodePoolProps, GpuOperator } from '../../lib/compute';
import { objectsOf, render } from '../../lib/core';
import { PROOFS, proofInput, prove } from '../../lib/proofs';
import { validateObject } from '../../lib/schemas';
import { find, layer as layerOf } from '../core/tree';

const pool = (props: Partial<GpuNodePoolProps> = {}) => {
  const layer = layerOf('capacity');
  const made = new GpuNodePool(layer, 'a100', {
    gpu: 'A100-80',
    perNode: 8,
    limit: 16,
    image: 'bottlerocket',
    ...props,
  });
  const labels = (find(layer, 'NodePool').spec as { template: { metadata: { labels: object } } }).template
    .metadata.labels;
  return { layer, made, labels, nodeClass: find(layer, 'EC2NodeClass').spec as Record<string, unknown> };
};
const L4 = { gpu: 'L4', perNode: 1, limit: 4 } as const;
const H100 = { gpu: 'H100', perNode: 8 } as const;

describe('Bottlerocket', () => {
  test('is pinned, with a small system and a small data volume beside NVMe', () => {
    const { layer, nodeClass } = pool();
    expect(nodeClass).toMatchObject({
      amiSelectorTerms: [{ alias: 'bottlerocket@v1.65.0' }],
      instanceStorePolicy: 'RAID0',
      blockDeviceMappings: [
        { deviceName: '/dev/xvda', ebs: { volumeSize: '4Gi', encrypted: true } },
        { deviceName: '/dev/xvdb', ebs: { volumeSize: '20Gi', encrypted: true } },
      ],
    });
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('offers whole GPUs by its own plugin: the operand keeps off, the others come', () => {
    const { labels, nodeClass, made } = pool();
    expect(labels).toMatchObject({
      'nvidia.com/gpu.deploy.device-plugin': 'false',
      'nvidia.com/gpu.deploy.mig-manager': 'false',
      'nvidia.com/gpu.deploy.dcgm-exporter': 'true',
      'nvidia.com/gpu.deploy.gpu-feature-discovery': 'true',
    });
    expect(made.devices).toEqual([{ resource: 'nvidia.com/gpu', perNode: 8, limit: 16 }]);
    expect(nodeClass.userData).toMatchInlineSnapshot(`
      "[settings.kubelet-device-plugins.nvidia]
      device-list-strategy = "volume-mounts"
      "
    `);
  });

  test('shares GPUs by turns', () => {
    const { labels, nodeClass, made } = pool({ ...L4, devices: { timeSlicing: 4 } });
    expect(made.devices).toMatchObject([{ resource: 'nvidia.com/gpu.shared', perNode: 4 }]);
    expect(labels).not.toHaveProperty(['nvidia.com/device-plugin.config']);
    expect(nodeClass.userData).toMatchInlineSnapshot(`
      "[settings.kubelet-device-plugins.nvidia]
      device-list-strategy = "volume-mounts"
      device-sharing-strategy = "time-slicing"

      [settings.kubelet-device-plugins.nvidia.time-slicing]
      replicas = 4
      rename-by-default = true
      fail-requests-greater-than-one = true
      "
    `);
  });

  test('cuts GPUs, and offers the slices as GPUs', () => {
    const { labels, layer, nodeClass, made } = pool({ devices: { mig: ['3g.40gb', '3g.40gb'] } });
    expect(made.devices).toEqual([{ resource: 'nvidia.com/gpu', perNode: 16, limit: 32, slice: '3g.40gb' }]);
    expect(labels).not.toHaveProperty(['nvidia.com/mig.config']);
    expect(find(layer, 'NodeOverlay').spec).toMatchObject({ capacity: { 'nvidia.com/gpu': '16' } });
    expect(nodeClass.userData).toMatchInlineSnapshot(`
      "[settings.kubelet-device-plugins.nvidia]
      device-list-strategy = "volume-mounts"
      device-partitioning-strategy = "mig"

      [settings.kubelet-device-plugins.nvidia.mig.profile]
      "a100.80gb" = "3g.40gb"
      "
    `);
  });

  test('lifts the limit of locked memory for EFA itself, and sets no memory aside', () => {
    expect(pool({ ...H100, efa: true }).nodeClass.userData).toContain('"vm.nr_hugepages" = "0"');
  });

  test('needs nothing of the operator: what others divide stays theirs', () => {
    const { layer, made } = pool({ devices: { mig: ['3g.40gb', '3g.40gb'] } });
    const shared = new GpuNodePool(layer, 'l4', { ...L4, devices: { timeSlicing: 2 } });
    new GpuOperator(layer, 'gpu-operator', { pools: [made, shared] });
    const [{ values }] = render(layer.node.root).facts.of('release');
    expect(values).toMatchObject({ migManager: { enabled: false } });
    expect(values.devicePlugin).toMatchObject({ config: { data: { 'shared-2': expect.any(String) } } });
  });

  test('Karpenter must be told of slices that are called GPUs', () => {
    const refused = (overlay: boolean) => {
      const { layer } = pool({ devices: { mig: ['3g.40gb', '3g.40gb'] } });
      if (!overlay) layer.node.findChild('a100').node.findChild('Nodes').node.tryRemoveChild('NodeOverlay');
      const proofs = PROOFS.filter(({ name }) => name === 'devices-match-autoscaler');
      return prove(proofs, proofInput(render(layer.node.root))).findings.map(({ what }) => what);
    };
    expect(refused(true)).toEqual([]);
    expect(refused(false)).toEqual(['offers nvidia.com/gpu, and no NodeOverlay tells Karpenter so']);
  });

  test.each([
    ['an uneven layout', { devices: { mig: ['4g.40gb', '3g.40gb'] } }],
    ['fewer slices than there is room for', { devices: { mig: ['1g.10gb', '1g.10gb'] } }],
    ['four sevenths, which it does not know', { devices: { mig: ['4g.40gb'] } }],
    ['a card whose slices it does not know', { gpu: 'RTX-PRO-6000', devices: { mig: ['4g.96gb'] } }],
  ])('refuses %s', (_what, props) => {
    expect(() => pool(props)).toThrow('and Bottlerocket cuts no');
  });

  test('says what it can cut', () => {
    expect(() => pool({ devices: { mig: ['4g.40gb', '3g.40gb'] } })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/a100 (GpuNodePool): 'devices.mig' is 4g.40gb, 3g.40gb, and Bottlerocket cuts no A100-80 so
        why: it cuts a GPU into as many slices of one kind as there is room for, and makes one of anything else
        fix: write one of 7 × 1g.10gb, 4 × 1g.20gb, 3 × 2g.20gb, 2 × 3g.40gb, 1 × 7g.80gb, or delete image: al2023 cuts any layout that has a place]
    `);
  });
});

describe("an image of one's own", () => {
  const own = (driver: number, props: Partial<GpuNodePoolProps> = {}) =>
    pool({ image: { ami: 'ami-0123456789abcdef0', driver }, ...props });

  test('starts as Amazon Linux 2023 does', () => {
    const { layer, nodeClass, labels } = own(595);
    expect(nodeClass).toMatchObject({
      amiFamily: 'AL2023',
      amiSelectorTerms: [{ id: 'ami-0123456789abcdef0' }],
      blockDeviceMappings: [{ deviceName: '/dev/xvda', rootVolume: true }],
    });
    expect(labels).toMatchObject({ 'nvidia.com/gpu.deploy.device-plugin': 'true' });
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('runs the card that the pinned images cannot', () => {
    expect(own(595, { gpu: 'RTX-PRO-4500', perNode: 4 }).made.gpu).toBe('RTX-PRO-4500');
  });

  test('is refused where its driver is too old, for the card or for the engines', () => {
    expect(() => own(580, { gpu: 'RTX-PRO-4500', perNode: 4 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/a100 (GpuNodePool): 'image.driver' is 580
        why: RTX-PRO-4500 needs driver 595: its nodes would show no GPU
        fix: build an image with driver 595 and name it: image: { ami: …, driver: 595 }]
    `);
    expect(() => own(570)).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/a100 (GpuNodePool): 'image.driver' is 570
        why: engines are CUDA 13 builds, which need driver 580: their pods would fail at start
        fix: build an image with driver 580 and name it: image: { ami: …, driver: 580 }]
    `);
  });

  test('is needed for that card: Bottlerocket cannot run it either', () => {
    expect(() => pool({ gpu: 'RTX-PRO-4500', perNode: 4 })).toThrow('the Bottlerocket image brings 580');
  });
});
