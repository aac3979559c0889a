import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { GpuNodePool, type GpuNodePoolProps, GpuOperator } from '../../lib/compute';
import { objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { find, layer as layerOf } from '../core/tree';

const SLICED: GpuNodePoolProps = {
  gpu: 'A100-80',
  perNode: 8,
  limit: 16,
  devices: { mig: ['4g.40gb', '3g.40gb'] },
};
const SHARED: GpuNodePoolProps = { gpu: 'L4', limit: 4, devices: { timeSlicing: 3 } };

const made = (props: GpuNodePoolProps, id = 'small') => {
  const layer = layerOf();
  const pool = new GpuNodePool(layer, id, props);
  return { layer, pool, fact: render(layer.node.root).facts.of('pool')[0] };
};

describe('GPUs in slices', () => {
  const { layer, pool, fact } = made(SLICED);

  test('each kind of slice is a device of its own', () => {
    expect(pool.devices).toEqual([
      { resource: 'nvidia.com/mig-4g.40gb', perNode: 8, limit: 16, slice: '4g.40gb' },
      { resource: 'nvidia.com/mig-3g.40gb', perNode: 8, limit: 16, slice: '3g.40gb' },
    ]);
    expect(fact.shapes[0]).toMatchObject({
      gpus: 8,
      devices: { 'nvidia.com/mig-4g.40gb': 8, 'nvidia.com/mig-3g.40gb': 8 },
    });
  });

  test('Karpenter is told what nodes of the pool offer, and that no GPU of theirs is whole', () => {
    expect(find(layer, 'NodeOverlay')).toEqual({
      apiVersion: 'karpenter.sh/v1alpha1',
      kind: 'NodeOverlay',
      metadata: { name: 'small' },
      spec: {
        requirements: [{ key: 'karpenter.sh/nodepool', operator: 'In', values: ['small'] }],
        capacity: { 'nvidia.com/gpu': '0', 'nvidia.com/mig-4g.40gb': '8', 'nvidia.com/mig-3g.40gb': '8' },
      },
    });
  });

  test('the limit holds while nodes are not yet what they will be', () => {
    expect(find(layer, 'NodePool').spec).toHaveProperty('limits', {
      nodes: '2',
      cpu: '192',
      'nvidia.com/mig-4g.40gb': '16',
      'nvidia.com/mig-3g.40gb': '16',
    });
  });

  test('nodes ask the MIG manager for the layout of their pool', () => {
    expect(fact.labels).toMatchObject({
      'nvidia.com/mig.config': 'small',
      'nvidia.com/gpu.deploy.mig-manager': 'true',
    });
  });

  test('an API server takes all of it', () => {
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
  });
});

describe('GPUs in turns', () => {
  const { pool, fact } = made(SHARED);

  test('a part has a name of its own, so nobody mistakes it for a whole GPU', () => {
    expect(pool.devices).toEqual([{ resource: 'nvidia.com/gpu.shared', perNode: 3, limit: 12, sharedBy: 3 }]);
    expect(fact.division).toEqual({ by: 'time-slicing', pods: 3 });
    expect(fact.labels).toMatchObject({ 'nvidia.com/device-plugin.config': 'shared-3' });
  });

  test('one pod shares nothing', () => {
    expect(() => made({ ...SHARED, devices: { timeSlicing: 1 } })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/small (GpuNodePool): 'devices.timeSlicing' is 1
        why: it is the number of pods that take turns on one GPU; one alone shares nothing
        fix: set it to 2 or more, or leave devices out]
    `);
  });
});

test('whole GPUs need no overlay, and no operand that divides', () => {
  const { layer, pool, fact } = made({ gpu: 'L4', limit: 4 });
  expect(pool.devices).toEqual([{ resource: 'nvidia.com/gpu', perNode: 1, limit: 4 }]);
  expect(objectsOf(layer).map(({ kind }) => kind)).not.toContain('NodeOverlay');
  expect(fact.division).toBeUndefined();
});

describe('the operator', () => {
  const operated = (...pools: readonly (readonly [string, GpuNodePoolProps])[]) => {
    const layer = layerOf('gpu-operator');
    const all = pools.map(([name, props]) => new GpuNodePool(layer, name, props));
    new GpuOperator(layer, 'gpu-operator', { pools: all });
    const { facts } = render(layer.node.root);
    return { values: facts.of('release')[0].values as unknown as Values, pods: facts.of('pods') };
  };
  interface Values {
    readonly mig?: object;
    readonly migManager: { readonly enabled: boolean; readonly config?: Config };
    readonly devicePlugin: { readonly config?: Config };
  }
  interface Config {
    readonly default: string;
    readonly data: Readonly<Record<string, string>>;
  }

  test('cuts GPUs by the layout that the pool is called by', () => {
    const { values, pods } = operated(['small', SLICED], ['l4', { gpu: 'L4', limit: 4 }]);
    expect(values.mig).toEqual({ strategy: 'mixed' });
    expect(values.migManager).toMatchObject({ enabled: true, config: { default: 'all-disabled' } });
    expect(parse(values.migManager.config?.data['config.yaml'] ?? '')).toEqual({
      version: 'v1',
      'mig-configs': {
        'all-disabled': [{ devices: 'all', 'mig-enabled': false }],
        small: [{ devices: 'all', 'mig-enabled': true, 'mig-devices': { '4g.40gb': 1, '3g.40gb': 1 } }],
      },
    });
    expect(pods.map(({ owner }) => owner)).toContain('release/gpu-operator/gpu-operator#mig-manager');
  });

  test('shares GPUs by as many configurations as pools differ in', () => {
    const twice = { ...SHARED, limit: 8 };
    const { values, pods } = operated(['a', SHARED], ['b', twice], ['l4', { gpu: 'L4', limit: 4 }]);
    const { config } = values.devicePlugin;
    expect(config?.default).toBe('whole');
    expect(Object.keys(config?.data ?? {})).toEqual(['whole', 'shared-3']);
    expect(parse(config?.data['shared-3'] ?? '')).toEqual({
      version: 'v1',
      flags: { migStrategy: 'mixed' },
      sharing: {
        timeSlicing: {
          renameByDefault: true,
          failRequestsGreaterThanOne: true,
          resources: [{ name: 'nvidia.com/gpu', replicas: 3 }],
        },
      },
    });
    const plugin = pods.find(({ owner }) => owner.endsWith('#device-plugin'));
    expect(plugin?.template.spec.containers.map(({ name }) => name)).toEqual([
      'nvidia-device-plugin',
      'config-manager',
    ]);
  });

  test('leaves alone what pods get whole', () => {
    const { values, pods } = operated(['l4', { gpu: 'L4', limit: 4 }]);
    expect(values.mig).toBeUndefined();
    expect(values.migManager).toEqual({ enabled: false });
    expect(values.devicePlugin.config).toBeUndefined();
    expect(pods.map(({ owner }) => owner).join()).not.toContain('mig-manager');
  });
});
