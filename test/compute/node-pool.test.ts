import { describe, expect, test } from 'vitest';
import { NodePool, type NodePoolProps } from '../../lib/compute';
import { objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { find, layer as layerOf } from '../core/tree';

const pool = (props?: NodePoolProps) => {
  const layer = layerOf();
  return { layer, made: new NodePool(layer, 'general', props) };
};
const types = (props?: NodePoolProps) => {
  const [fact] = render(pool(props).layer.node.root).facts.of('pool');
  return fact.shapes.map(({ instanceType }) => instanceType);
};

describe('objects', () => {
  test('current general types without a taint, repacked gently', () => {
    expect(find(pool().layer, 'NodePool')).toEqual({
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodePool',
      metadata: { name: 'general' },
      spec: {
        template: {
          metadata: { labels: { 'nexus.dev/pool': 'general' } },
          spec: {
            nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'general' },
            requirements: [
              { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] },
              { key: 'karpenter.k8s.aws/instance-generation', operator: 'Gt', values: ['5'] },
              { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Gt', values: ['1'] },
              { key: 'karpenter.k8s.aws/instance-hypervisor', operator: 'In', values: ['nitro'] },
              { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
              { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
              { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
              {
                key: 'topology.kubernetes.io/zone',
                operator: 'In',
                values: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
              },
            ],
            expireAfter: '720h',
            terminationGracePeriod: '3900s',
          },
        },
        limits: { cpu: '256' },
        disruption: {
          consolidationPolicy: 'WhenEmptyOrUnderutilized',
          consolidateAfter: '5m',
          budgets: [
            { nodes: '100%', reasons: ['Empty'] },
            { nodes: '10%', reasons: ['Drifted', 'Underutilized'] },
          ],
        },
      },
    });
  });

  test('a root volume of its own, since these types have no NVMe', () => {
    const { spec } = find(pool().layer, 'EC2NodeClass');
    expect(spec).not.toHaveProperty('instanceStorePolicy');
    expect(spec).toMatchObject({
      blockDeviceMappings: [{ ebs: { volumeSize: '100Gi', encrypted: true } }],
    });
  });

  test('NVMe is used where every named type has it', () => {
    const { spec } = find(pool({ instanceTypes: ['i4i.xlarge', 'i7i.xlarge'] }).layer, 'EC2NodeClass');
    expect(spec).toHaveProperty('instanceStorePolicy', 'RAID0');
  });

  test.each<NodePoolProps | undefined>([
    undefined,
    { arch: 'arm64', capacity: 'spot', limit: 64 },
    { instanceTypes: ['i4i.xlarge'] },
  ])('an API server takes %j', (props) => {
    expect(objectsOf(pool(props).layer).flatMap((object) => validateObject(object))).toEqual([]);
  });
});

describe('what others read', () => {
  test('pods come without tolerations', () => {
    const { made } = pool();
    expect(made.placement).toEqual({ pool: 'general', nodeSelector: { 'nexus.dev/pool': 'general' } });
    expect(made).toMatchObject({ gpusPerNode: 0, capacities: ['on-demand'], limit: 256 });
  });

  test('nodes of arm64 take only what is placed there', () => {
    const { layer, made } = pool({ arch: 'arm64' });
    const taint = { key: 'kubernetes.io/arch', value: 'arm64', effect: 'NoSchedule' };
    expect(find(layer, 'NodePool')).toMatchObject({ spec: { template: { spec: { taints: [taint] } } } });
    expect(made.placement.tolerations).toEqual([{ ...taint, operator: 'Equal' }]);
  });

  test('the fact knows the types that the requirements admit', () => {
    expect(types()).toContain('m7i.4xlarge');
    expect(types()).not.toContain('m7g.4xlarge');
    expect(types({ arch: 'arm64' })).toContain('m7g.4xlarge');
    expect(types({ arch: 'arm64' })).not.toContain('m7g.medium');
    expect(types().filter((type) => /^[tigp]/.test(type))).toEqual([]);
    expect(types({ instanceTypes: ['t3.large'] })).toEqual(['t3.large']);
  });

  test('a node larger than the limit never appears', () => {
    expect(types({ limit: 8 })).toContain('m7i.2xlarge');
    expect(types({ limit: 8 })).not.toContain('m7i.4xlarge');
  });
});

describe('sizes', () => {
  test('the fact and the requirements say the same', () => {
    const props = { vcpus: { min: 8, max: 16 } };
    expect(types(props)).toEqual(expect.arrayContaining(['m7i.2xlarge', 'm7i.4xlarge']));
    expect(types(props)).not.toContain('m7i.xlarge');
    expect(types(props)).not.toContain('m7i.8xlarge');
    const { template } = find(pool(props).layer, 'NodePool').spec as {
      template: { spec: { requirements: { key: string }[] } };
    };
    expect(template.spec.requirements.filter(({ key }) => key.endsWith('instance-cpu'))).toEqual([
      { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Gt', values: ['7'] },
      { key: 'karpenter.k8s.aws/instance-cpu', operator: 'Lt', values: ['17'] },
    ]);
  });

  test('a weight decides between pools that would both do', () => {
    expect(find(pool({ weight: 20 }).layer, 'NodePool').spec).toHaveProperty('weight', 20);
    expect(find(pool().layer, 'NodePool').spec).not.toHaveProperty('weight');
  });
});

describe('what is refused', () => {
  const refused = (props: NodePoolProps) => () => pool(props);

  test('a limit below one node', () => {
    expect(refused({ limit: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/general (NodePool): 'limit' is 1 vCPUs, but the smallest node has 2
        why: the first node would already exceed the limit, so none would start
        fix: set limit to at least 2]
    `);
  });

  test('a size that no type has', () => {
    expect(refused({ vcpus: { min: 5, max: 7 } })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/general (NodePool): no amd64 type has 5 to 7 vCPUs
        why: Karpenter would find nothing to start, and everything without a GPU would stay Pending
        fix: widen vcpus, such as { min: 2, max: 32 }]
    `);
  });

  test('a type of another architecture', () => {
    expect(refused({ instanceTypes: ['m7g.large'], arch: 'amd64' })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/general (NodePool): 'm7g.large' does not have amd64 processors without a GPU
        why: a pool is proven from what the catalog knows of its types, and all of them must be alike in this
        fix: choose from m6i.large, m6i.xlarge, m6i.2xlarge, m6i.4xlarge, m6i.8xlarge, m6i.12xlarge, m6i.16xlarge, m6i.24xlarge and 93 more]
    `);
  });
});

describe('its disk', () => {
  const made = (props: NodePoolProps) => {
    const layer = layerOf();
    new NodePool(layer, 'general', props);
    const { blockDeviceMappings } = find(layer, 'EC2NodeClass').spec as {
      readonly blockDeviceMappings: readonly { readonly ebs: object }[];
    };
    expect(objectsOf(layer).flatMap((object) => validateObject(object))).toEqual([]);
    return { ebs: blockDeviceMappings[0].ebs, layer };
  };

  test('is as every gp3 volume, unless it is said', () => {
    const { ebs } = made({});
    expect(ebs).toMatchObject({ volumeSize: '100Gi', volumeType: 'gp3' });
    expect(ebs).not.toHaveProperty('throughput');
    expect(ebs).not.toHaveProperty('iops');
  });

  test('does as many operations as it takes to move so much', () => {
    expect(made({ disk: { gib: 200, mibPerSecond: 1000 } }).ebs).toMatchObject({
      volumeSize: '200Gi',
      throughput: 1000,
      iops: 4000,
    });
    expect(made({ disk: { mibPerSecond: 250 } }).ebs).toMatchObject({ throughput: 250, iops: 3000 });
  });

  test('is room for pods', () => {
    const room = (props: NodePoolProps) =>
      render(made(props).layer.node.root).facts.of('pool')[0].shapes[0].ephemeralMiB;
    expect(room({ disk: { gib: 200 } }) - room({})).toBe(Math.floor(100 * 1024 * 0.9));
  });

  test.each([
    ['more than a volume does', { disk: { mibPerSecond: 1200 } }],
    ['less than every volume does', { disk: { mibPerSecond: 100 } }],
  ])('refuses %s', (_what, props) => {
    expect(() => made(props)).toThrow('a gp3 volume does 125 at least and 1000 at most');
  });

  test('refuses more than the nodes can use, and a volume beside disks of their own', () => {
    const slow = { instanceTypes: ['t3.large'], disk: { mibPerSecond: 500 } };
    expect(() => made(slow)).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/general (NodePool): 'disk.mibPerSecond' is 500, and t3.large reaches its volumes with 331 at most
        why: the volume would be paid for what the node cannot use
        fix: lower it to 331, or take larger nodes: they reach their volumes faster]
    `);
    expect(() =>
      made({ instanceTypes: ['i4i.large'], disk: { gib: 200 } }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/general (NodePool): has 'disk', and i4i.large has disks of its own
        why: images, logs and scratch files lie on those: the volume would be paid for and not used
        fix: delete disk, or take types without local disks]
    `);
  });
});
