import { describe, expect, test } from 'vitest';
import { planFoundation } from '../../lib/aws';
import { factsOf, inputs, planOf } from './fixture';

const prod = planOf('prod');
const dev = planOf('dev');

describe('the cluster', () => {
  test('private: nobody outside the VPC reaches the API server', () => {
    expect(prod.cluster.endpoint).toEqual({ private: true, public: false, publicCidrs: [] });
  });

  test('public: the ranges of the file, and nodes still stay inside', () => {
    expect(dev.cluster.endpoint).toEqual({ private: true, public: true, publicCidrs: ['203.0.113.0/24'] });
  });

  test('writes all five logs, into a group that forgets', () => {
    expect(prod.cluster.logs).toEqual(['api', 'audit', 'authenticator', 'controllerManager', 'scheduler']);
    expect(prod.logGroups.find(({ name }) => name === prod.cluster.logGroup)?.retentionDays).toBe(30);
  });

  test('nobody is administrator by creating it, nothing is installed by itself, no Auto Mode', () => {
    const { creatorAdmin, selfManagedAddons, autoMode, authentication } = prod.cluster;
    expect({ creatorAdmin, selfManagedAddons, autoMode, authentication }).toEqual({
      creatorAdmin: false,
      selfManagedAddons: false,
      autoMode: false,
      authentication: 'API',
    });
  });

  test('AWS upgrades it rather than charge for extended support, unless the file asks', () => {
    expect(prod.cluster.support).toBe('STANDARD');
  });

  test('administrators get in, and the nodes that Karpenter launches', () => {
    expect(
      dev.accessEntries.map(({ id, principal, type, policies }) => [id, principal, type, policies.length]),
    ).toEqual([
      ['admin-developers', { arn: 'arn:aws:iam::111122223333:role/developers' }, 'STANDARD', 1],
      ['admin-teams-ops', { arn: 'arn:aws:iam::111122223333:role/teams/ops' }, 'STANDARD', 1],
      ['nodes-karpenter-node', { role: 'karpenter-node' }, 'EC2_LINUX', 0],
    ]);
  });
});

describe('add-ons', () => {
  const addon = (name: string) => prod.addons.find((each) => each.name === name);

  test('what nodes need is there before them, the CNI after the agent that brings its credentials', () => {
    expect(prod.addons.filter(({ beforeNodes }) => beforeNodes).map(({ name }) => name)).toEqual([
      'eks-pod-identity-agent',
      'kube-proxy',
      'vpc-cni',
    ]);
    expect(addon('vpc-cni')?.after).toEqual(['eks-pod-identity-agent']);
  });

  test('network policies are enforced', () => {
    expect(addon('vpc-cni')?.configuration).toEqual({ enableNetworkPolicy: 'true' });
  });

  test.each(['coredns', 'metrics-server'])('%s runs on the system nodes with requests', (name) => {
    expect(addon(name)?.configuration).toMatchObject({
      nodeSelector: { 'nexus.dev/nodes': 'system' },
      tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }],
      resources: { requests: { cpu: '100m' } },
    });
  });

  test('the EBS driver and the CNI have roles of their own', () => {
    expect(prod.addons.flatMap(({ identity }) => identity ?? [])).toEqual([
      { serviceAccount: 'aws-node', role: 'vpc-cni' },
      { serviceAccount: 'ebs-csi-controller-sa', role: 'ebs-csi' },
    ]);
  });

  test('a cluster that kube-proxy is not pinned for is refused', () => {
    const input = { ...inputs.prod, cluster: { ...inputs.prod.cluster, kubernetes: '1.35' } };
    const plan = () => planFoundation(input, factsOf(input.cluster, []));
    expect(plan).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: cluster nexus-prod: runs Kubernetes 1.35, and the add-ons are pinned for 1.36
        why: EKS refuses kube-proxy v1.36.0-eksbuild.13 on any other version
        fix: set kubernetes to '1.36'
        set in: aws.kubernetes]
    `);
  });

  test('all versions are pinned', () => {
    for (const { version } of prod.addons) expect(version).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
  });
});

describe('system nodes', () => {
  const [system] = prod.nodeGroups;

  test('three Graviton nodes that only tolerant pods land on', () => {
    expect(system.instanceTypes).toEqual(['m7g.large']);
    expect(system.size).toEqual({ min: 3, desired: 3, max: 4 });
    expect(system.taints).toEqual([{ key: 'CriticalAddonsOnly', value: 'true', effect: 'NO_SCHEDULE' }]);
    expect(system.labels).toEqual({ 'nexus.dev/nodes': 'system' });
  });

  test('no pod reaches the credentials of a node, disks are encrypted', () => {
    expect(system.launchTemplate).toMatchObject({
      httpTokens: 'required',
      hopLimit: 1,
      volume: { type: 'gp3', encrypted: true },
    });
  });

  test.each([
    ['m7g.large', 'AL2023_ARM_64_STANDARD'],
    ['c8gn.xlarge', 'AL2023_ARM_64_STANDARD'],
    ['im4gn.large', 'AL2023_ARM_64_STANDARD'],
    ['m7i.large', 'AL2023_x86_64_STANDARD'],
    ['g4dn.xlarge', 'AL2023_x86_64_STANDARD'],
  ])('%s boots %s', (instanceType, amiType) => {
    const input = { ...inputs.prod, system: { instanceType, count: 2 } };
    const plan = planFoundation(input, factsOf(input.cluster, []));
    expect(plan.nodeGroups[0].amiType).toBe(amiType);
  });
});
