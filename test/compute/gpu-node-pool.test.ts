import { App, Chart } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { GpuNodePool, type GpuNodePoolProps } from '../../lib/compute';
import { Layer, objectsOf, render, setCluster } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { AWS, find, layer as layerOf } from '../core/tree';

const pool = (props: Partial<GpuNodePoolProps> = {}) => {
  const layer = layerOf();
  const made = new GpuNodePool(layer, 'l40s', { gpu: 'L40S', perNode: 4, limit: 24, ...props });
  return { layer, made };
};
const requirements = (props: Partial<GpuNodePoolProps>) => {
  const { template } = find(pool(props).layer, 'NodePool').spec as {
    template: { spec: { requirements: { key: string; values: string[] }[] } };
  };
  return Object.fromEntries(template.spec.requirements.map(({ key, values }) => [key, values]));
};
const refused = (props: Partial<GpuNodePoolProps>) => () => pool(props);

describe('objects', () => {
  test('nodes are chosen by card and number, and hold nothing that did not ask for a GPU', () => {
    expect(find(pool().layer, 'NodePool')).toEqual({
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodePool',
      metadata: { name: 'l40s' },
      spec: {
        template: {
          metadata: {
            labels: {
              'nexus.dev/pool': 'l40s',
              'nexus.dev/nodes': 'gpu',
              'nvidia.com/gpu.deploy.device-plugin': 'true',
              'nvidia.com/gpu.deploy.gpu-feature-discovery': 'true',
              'nvidia.com/gpu.deploy.dcgm-exporter': 'true',
              'nvidia.com/gpu.deploy.operator-validator': 'true',
            },
          },
          spec: {
            nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'l40s' },
            requirements: [
              { key: 'karpenter.k8s.aws/instance-gpu-name', operator: 'In', values: ['l40s'] },
              { key: 'karpenter.k8s.aws/instance-gpu-count', operator: 'In', values: ['4'] },
              { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] },
              { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
              { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
              {
                key: 'topology.kubernetes.io/zone',
                operator: 'In',
                values: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
              },
            ],
            taints: [{ key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }],
            expireAfter: 'Never',
            terminationGracePeriod: '3900s',
          },
        },
        limits: { 'nvidia.com/gpu': '24' },
        disruption: {
          consolidationPolicy: 'WhenEmpty',
          consolidateAfter: '10m',
          budgets: [
            { nodes: '100%', reasons: ['Empty'] },
            { nodes: '1', reasons: ['Drifted', 'Underutilized'] },
          ],
        },
      },
    });
  });

  test('the class finds role, subnets and security group by name, and hides the instance credentials', () => {
    expect(find(pool().layer, 'EC2NodeClass')).toEqual({
      apiVersion: 'karpenter.k8s.aws/v1',
      kind: 'EC2NodeClass',
      metadata: { name: 'l40s' },
      spec: {
        amiSelectorTerms: [{ alias: 'al2023@v20260714' }],
        role: 'nexus-prod-us-east-1-karpenter-node',
        subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'nexus-prod' } }],
        securityGroupSelectorTerms: [{ tags: { 'aws:eks:cluster-name': 'nexus-prod' } }],
        instanceStorePolicy: 'RAID0',
        blockDeviceMappings: [
          {
            deviceName: '/dev/xvda',
            rootVolume: true,
            ebs: { volumeSize: '40Gi', volumeType: 'gp3', encrypted: true, deleteOnTermination: true },
          },
        ],
        metadataOptions: {
          httpEndpoint: 'enabled',
          httpProtocolIPv6: 'disabled',
          httpPutResponseHopLimit: 1,
          httpTokens: 'required',
        },
        tags: { 'nexus.dev/environment': 'prod', 'nexus.dev/pool': 'l40s' },
      },
    });
  });

  test.each<Partial<GpuNodePoolProps>>([
    {},
    { gpu: 'A100-80', perNode: 8, capacity: 'spot' },
    { gpu: 'H200', perNode: 8, capacity: 'reserved', reservation: 'cr-0123456789abcdef0' },
    { gpu: 'L4', perNode: 1, instanceTypes: ['g6.2xlarge'], zones: ['us-east-1b'], name: 'small' },
  ])('an API server takes %j', (props) => {
    expect(objectsOf(pool(props).layer).flatMap((object) => validateObject(object))).toEqual([]);
  });

  test('one GPU on each node, bought on demand, unless said', () => {
    const layer = layerOf();
    const made = new GpuNodePool(layer, 'l4', { gpu: 'L4', limit: 8 });
    expect(made).toMatchObject({ gpusPerNode: 1, capacities: ['on-demand'], name: 'l4', limit: 8 });
  });

  test('memory tells the two A100 apart, and nothing else needs it', () => {
    const memory = 'karpenter.k8s.aws/instance-gpu-memory';
    expect(requirements({ gpu: 'A100-40', perNode: 8 })[memory]).toEqual(['40960']);
    expect(requirements({ gpu: 'A100-80', perNode: 8 })[memory]).toEqual(['81920']);
    expect(requirements({ gpu: 'H100', perNode: 8 })).not.toHaveProperty([memory]);
    // EC2 has its own name for this card.
    const rtx = requirements({ gpu: 'RTX-PRO-6000', perNode: 2 });
    expect(rtx['karpenter.k8s.aws/instance-gpu-name']).toEqual(['rtx-pro-server-6000']);
  });

  test('a reservation is the only source of its pool', () => {
    const props = { gpu: 'H200', perNode: 8, capacity: 'reserved', reservation: 'cr-0abc' } as const;
    expect(requirements(props)['karpenter.sh/capacity-type']).toEqual(['reserved']);
    const { spec } = find(pool(props).layer, 'EC2NodeClass');
    expect(spec).toHaveProperty('capacityReservationSelectorTerms', [{ id: 'cr-0abc' }]);
  });

  test('types, zones and drain narrow the pool', () => {
    const props = { instanceTypes: ['g6e.24xlarge'], zones: ['us-east-1c'], drainSeconds: 600 };
    expect(requirements(props)).toMatchObject({
      'node.kubernetes.io/instance-type': ['g6e.24xlarge'],
      'topology.kubernetes.io/zone': ['us-east-1c'],
    });
    const { template } = find(pool(props).layer, 'NodePool').spec as {
      template: { spec: { terminationGracePeriod: string } };
    };
    expect(template.spec.terminationGracePeriod).toBe('900s');
  });
});

describe('what others read', () => {
  test('the placement lets pods in, and keeps them on this pool', () => {
    expect(pool().made.placement).toEqual({
      pool: 'l40s',
      nodeSelector: { 'nexus.dev/pool': 'l40s' },
      tolerations: [{ key: 'nvidia.com/gpu', operator: 'Equal', value: 'true', effect: 'NoSchedule' }],
    });
  });

  test('the fact says what nodes can appear and what they hold', () => {
    const { layer, made } = pool();
    const [fact] = render(layer.node.root).facts.of('pool');
    expect(fact).toMatchObject({
      name: 'l40s',
      labels: {
        'nexus.dev/pool': 'l40s',
        'karpenter.sh/nodepool': 'l40s',
        'karpenter.sh/capacity-type': 'on-demand',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
      },
      choices: {
        'topology.kubernetes.io/zone': ['us-east-1a', 'us-east-1b', 'us-east-1c'],
        'node.kubernetes.io/instance-type': ['g6e.12xlarge', 'g6e.24xlarge'],
      },
      taints: [{ key: 'nvidia.com/gpu', value: 'true', effect: 'NoSchedule' }],
      arch: 'amd64',
      capacities: ['on-demand'],
      zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      shapes: [
        { instanceType: 'g6e.12xlarge', cpuMillis: 47810, memoryMiB: 360157, gpus: 4 },
        { instanceType: 'g6e.24xlarge', gpus: 4 },
      ],
      limits: { 'nvidia.com/gpu': 24 },
      consolidation: 'WhenEmpty',
    });
    // Less what DaemonSets take of every node.
    expect(made.room).toEqual({ cpu: 47.31, memoryGiB: 360157 / 1024 - 1.75 });
  });
});

describe('what is refused', () => {
  test('a card that nobody sells', () => {
    expect(refused({ gpu: 'L40' })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'gpu' is 'L40', which the catalog does not know; did you mean 'L40S'?
        why: Karpenter would find no instance type, and every pod of the pool would stay Pending
        fix: choose from T4, A10G, L4, L40S, RTX-PRO-6000, A100-40, A100-80, H100, H200, B200, B300]
    `);
  });

  test('a number that no type has', () => {
    expect(refused({ gpu: 'H100', perNode: 4 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'perNode' is 4, but no instance type has 4 H100
        why: EC2 sells nodes with fixed numbers of a card
        fix: set perNode to 1 or 8: 1 in p5.4xlarge; 8 in p5.48xlarge]
    `);
  });

  test('a card that the node image cannot run', () => {
    expect(refused({ gpu: 'RTX-PRO-4500', perNode: 4 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'gpu' is 'RTX-PRO-4500', which the node image cannot run
        why: the card needs driver 595, and the EKS image brings 580
        fix: choose from T4, A10G, L4, L40S, RTX-PRO-6000, A100-40, A100-80, H100, H200, B200, B300, or build an image with driver 595 and name it: image: { ami: …, driver: 595 }]
    `);
  });

  test('reserved capacity without a reservation', () => {
    expect(refused({ capacity: 'reserved' })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'capacity' is 'reserved', but there is no 'reservation'
        why: Karpenter uses only reservations that it is told; open ones are not matched
        fix: set reservation to the id of yours, such as 'cr-0123456789abcdef0', or buy 'on-demand']
    `);
  });

  test('a reservation that nothing uses', () => {
    expect(refused({ reservation: 'cr-0abc' })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'reservation' is 'cr-0abc', but 'capacity' is 'on-demand'
        why: the reservation would be paid for and never used
        fix: set capacity to 'reserved', or leave the reservation out]
    `);
  });

  test('a limit below one node', () => {
    expect(refused({ limit: 2 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'limit' is 2 GPUs, but each node has 4
        why: the first node would already exceed the limit, so none would start
        fix: set limit to at least 4]
    `);
  });

  test('a type with another number of cards', () => {
    expect(refused({ instanceTypes: ['g6e.xlarge'] })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): 'g6e.xlarge' does not have 4 L40S
        why: a pool is proven from what the catalog knows of its types, and all of them must be alike in this
        fix: choose from g6e.12xlarge, g6e.24xlarge]
    `);
  });

  test('a type that nobody knows', () => {
    expect(refused({ instanceTypes: ['g6e.12xlrage'] })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): instance type 'g6e.12xlrage' is not in the catalog; did you mean 'g6e.12xlarge'?
        why: a pool is proven from what the catalog knows of its types, and all of them must be alike in this
        fix: choose from g6e.12xlarge, g6e.24xlarge]
    `);
  });

  test('a zone without subnets', () => {
    expect(refused({ zones: ['us-east-1d'] })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: layer/l40s (GpuNodePool): zone 'us-east-1d' is not one of the cluster's; did you mean 'us-east-1a'?
        why: the cluster has no subnet there, so no node could start
        fix: choose from us-east-1a, us-east-1b, us-east-1c]
    `);
  });

  test('a cluster without AWS', () => {
    const layer = new Layer(new App(), 'capacity', { phase: 'capacity' });
    expect(() => new GpuNodePool(layer, 'l4', { gpu: 'L4', limit: 8 })).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: capacity/l4 (GpuNodePool): environment 'standalone' has no AWS account
        why: Karpenter starts EC2 instances, by names that carry account and region
        fix: call setCluster with 'aws', or leave Karpenter and its pools out of this environment]
    `);
  });
});

test('in a plain chart with a namespace its objects stay cluster-scoped', () => {
  const app = new App();
  setCluster(app, AWS);
  const chart = new Chart(app, 'chart', { namespace: 'serving', disableResourceNameHashes: true });
  new GpuNodePool(chart, 'l4', { gpu: 'L4', limit: 8 });
  expect(objectsOf(chart).map(({ metadata }) => metadata)).toEqual([{ name: 'l4' }, { name: 'l4' }]);
});

describe('with EFA', () => {
  test('only types with interfaces, by name, and a label for their device plugin', () => {
    const { layer, made } = pool({ perNode: 1, efa: true });
    expect(requirements({ perNode: 1, efa: true })['node.kubernetes.io/instance-type']).toEqual([
      'g6e.8xlarge',
      'g6e.16xlarge',
    ]);
    expect(made.efa).toEqual({ resource: 'vpc.amazonaws.com/efa', perNode: 1 });
    expect(render(layer).facts.of('pool')[0]).toMatchObject({ labels: { 'nexus.dev/efa': 'present' } });
    for (const object of objectsOf(layer)) expect(validateObject(object)).toEqual([]);
  });

  test('each type offers its own number, and a pod may ask for the least of them', () => {
    const { layer, made } = pool({ efa: true });
    const [{ shapes }] = render(layer).facts.of('pool');
    expect(
      shapes.map(({ instanceType, devices }) => [instanceType, devices['vpc.amazonaws.com/efa']]),
    ).toEqual([
      ['g6e.12xlarge', 1],
      ['g6e.24xlarge', 2],
    ]);
    expect(made.efa?.perNode).toBe(1);
  });

  test('containers of its nodes may lock their memory', () => {
    const { userData } = find(pool({ efa: true }).layer, 'EC2NodeClass').spec as { userData: string };
    expect(parse(userData)).toEqual({
      apiVersion: 'node.eks.aws/v1alpha1',
      kind: 'NodeConfig',
      spec: {
        containerd: {
          baseRuntimeSpec: {
            process: {
              rlimits: [
                { type: 'RLIMIT_NOFILE', soft: 65536, hard: 1048576 },
                { type: 'RLIMIT_MEMLOCK', soft: 2 ** 43, hard: 2 ** 43 },
              ],
            },
          },
        },
      },
    });
  });

  test('without it nothing is there', () => {
    const { layer, made } = pool();
    expect(made.efa).toBeUndefined();
    expect(find(layer, 'EC2NodeClass').spec).not.toHaveProperty('userData');
  });
});
