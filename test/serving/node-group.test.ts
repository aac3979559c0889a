import { App } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import {
  type KubeObject,
  Layer,
  objectsOf,
  POLICIES,
  type PodTemplate,
  render,
  setCluster,
  setPolicy,
} from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { ModelAutoscaler, VllmService, type VllmServiceProps } from '../../lib/serving';
import { AWS } from '../core/tree';
import { message, only, serving, TestPool } from './pool';

const large = (layer: Layer, props: Partial<VllmServiceProps> = {}) =>
  new VllmService(layer, 'large', {
    model: 'deepseek-ai/DeepSeek-R1',
    pool: props.pool ?? new TestPool(layer, 'h100', { gpu: 'H100', gpusPerNode: 8, limit: 64 }),
    gpus: 8,
    nodes: 2,
    context: 32768,
    ...props,
  });

interface Groups {
  readonly replicas?: number;
  readonly networkConfig: unknown;
  readonly leaderWorkerTemplate: {
    readonly size: number;
    readonly restartPolicy: string;
    readonly leaderTemplate: PodTemplate;
    readonly workerTemplate: PodTemplate;
  };
  readonly rolloutStrategy: { readonly rollingUpdateConfiguration: unknown };
}
const groups = (layer: Layer) => only(layer, 'LeaderWorkerSet').spec as unknown as Groups;
const templates = (layer: Layer) => {
  const { leaderTemplate, workerTemplate } = groups(layer).leaderWorkerTemplate;
  return { leader: leaderTemplate, worker: workerTemplate };
};

describe('a replica over two nodes', () => {
  const layer = serving();
  const server = large(layer);
  const { leader, worker } = templates(layer);

  test('is a group of two pods, in place of a Deployment', () => {
    expect(objectsOf(layer).map(({ kind }) => kind)).not.toContain('Deployment');
    expect(groups(layer)).toMatchObject({
      replicas: 2,
      leaderWorkerTemplate: { size: 2, restartPolicy: 'RecreateGroupOnPodRestart' },
      // The headless Service of all groups would take the name of the one that clients call.
      networkConfig: { subdomainPolicy: 'UniquePerReplica' },
    });
  });

  test('every object is valid', () => {
    for (const object of objectsOf(layer)) expect(validateObject(object)).toEqual([]);
  });

  test('leader and worker run one engine, each told its place', () => {
    const own = (args: readonly string[] = []) =>
      args.slice(args.indexOf('--reasoning-parser=deepseek_r1') + 1);
    expect(leader.spec.containers[0].args).toContain('--tensor-parallel-size=8');
    expect(own(leader.spec.containers[0].args)).toEqual([
      '--pipeline-parallel-size=2',
      '--nnodes=2',
      '--master-addr=$(LWS_LEADER_ADDRESS)',
      '--distributed-timeout-seconds=14040',
      '--node-rank=0',
    ]);
    expect(own(worker.spec.containers[0].args)).toEqual([
      '--pipeline-parallel-size=2',
      '--nnodes=2',
      '--master-addr=$(LWS_LEADER_ADDRESS)',
      '--distributed-timeout-seconds=14040',
      '--node-rank=$(LWS_WORKER_INDEX)',
      '--headless',
    ]);
    expect(leader.spec.containers[0].env).toContainEqual({
      name: 'VLLM_HOST_IP',
      valueFrom: { fieldRef: { fieldPath: 'status.podIP' } },
    });
  });

  test('only the leader answers: it alone has a port, probes and the Service', () => {
    expect(only(layer, 'Service').spec).toMatchObject({
      selector: { 'app.kubernetes.io/name': 'large', 'nexus.dev/role': 'leader' },
    });
    expect(leader.spec.containers[0].startupProbe?.failureThreshold).toBe(1404);
    expect(worker.spec.containers[0]).not.toHaveProperty('ports');
    expect(worker.spec.containers[0]).not.toHaveProperty('startupProbe');
    expect(server.metrics[0].pods.labels).toEqual(leader.metadata.labels);
  });

  test('a worker outlives the answers of its leader', () => {
    const sleep = ({ spec }: PodTemplate) => spec.containers[0].lifecycle?.preStop?.sleep?.seconds ?? 0;
    expect(sleep(leader)).toBe(15);
    expect(sleep(worker)).toBe(140);
    expect(worker.spec.terminationGracePeriodSeconds).toBe(155);
  });

  test('one budget holds over all members: each takes its group with it', () => {
    expect(only(layer, 'PodDisruptionBudget').spec).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'large' } },
    });
  });

  test('members reach each other on every port they may choose, and nobody else does', () => {
    const policy = only(layer, 'NetworkPolicy', 'large-members').spec as { ingress: unknown };
    expect(policy.ingress).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'serving' } },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'large' } },
          },
        ],
        ports: [{ port: 1024, endPort: 65535, protocol: 'TCP' }],
      },
    ]);
  });
});

describe('facts', () => {
  test('count the pods of all groups, and the GPUs of all nodes', () => {
    const layer = serving();
    large(layer, { nodes: 3 });
    const { facts } = render(layer);
    expect(facts.of('pods').map(({ owner, replicas }) => [owner, replicas])).toEqual([
      ['LeaderWorkerSet/serving/large#leader', 2],
      ['LeaderWorkerSet/serving/large#worker', 4],
    ]);
    expect(facts.of('model')[0]).toMatchObject({
      gpusPerReplica: 24,
      nodes: 3,
      replicas: { min: 2, max: 2 },
    });
  });

  test('a scaled one writes no replicas, and is scaled by groups', () => {
    const layer = serving();
    const target = large(layer, { replicas: { min: 1, max: 3 } });
    new ModelAutoscaler(layer, 'scaler', {
      server: target,
      prometheus: 'http://prometheus.monitoring.svc:9090',
    });
    expect(groups(layer)).not.toHaveProperty('replicas');
    expect(only(layer, 'ScaledObject').spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'leaderworkerset.x-k8s.io/v1', kind: 'LeaderWorkerSet', name: 'large' },
    });
    expect(
      render(layer)
        .facts.of('pods')
        .map(({ replicas, maxReplicas }) => [replicas, maxReplicas]),
    ).toEqual([
      [1, 3],
      [1, 3],
    ]);
  });
});

describe('rollouts', () => {
  const rollout = (limit: number) => {
    const layer = serving();
    large(layer, { pool: new TestPool(layer, 'h100', { gpu: 'H100', gpusPerNode: 8, limit }) });
    return groups(layer).rolloutStrategy.rollingUpdateConfiguration;
  };

  test('start a whole new group where the pool holds one, and else take one away', () => {
    expect(rollout(48)).toEqual({ partition: 0, maxSurge: 1, maxUnavailable: 0 });
    expect(rollout(40)).toEqual({ partition: 0, maxSurge: 0, maxUnavailable: 1 });
  });
});

describe('on nodes with EFA', () => {
  const efa = { resource: 'vpc.amazonaws.com/efa', perNode: 32 };
  const withEfa = (props: Partial<VllmServiceProps> = {}) => {
    const layer = serving();
    const pool = new TestPool(layer, 'h100', { gpu: 'H100', gpusPerNode: 8, limit: 64, efa });
    large(layer, { pool, image: 'registry.example.com/vllm-efa:v0.33.0', ...props });
    return layer;
  };

  test('each member takes all interfaces of its node, and libraries are told', () => {
    const { leader, worker } = templates(withEfa());
    for (const { spec } of [leader, worker]) {
      expect(spec.containers[0].resources?.limits).toMatchObject({ 'vpc.amazonaws.com/efa': '32' });
      expect(spec.containers[0].env).toContainEqual({ name: 'FI_PROVIDER', value: 'efa' });
    }
  });

  test('a replica on one node takes none', () => {
    const [{ spec }] = objectsOf(withEfa({ nodes: 1 })).filter(({ kind }) => kind === 'Deployment');
    expect(JSON.stringify(spec)).not.toContain('vpc.amazonaws.com');
  });
});

describe('what would not work', () => {
  test('is refused with the repair', () => {
    const layer = serving();
    expect(message(() => large(layer, { nodes: 0 }))).toMatchInlineSnapshot(`
      "serving/large (VllmService): 'nodes' is 0
        why: a replica runs on whole nodes
        fix: set it to 2 or more, or leave it out"
    `);
  });
});

test('without nodes nothing of it is there', () => {
  const app = new App();
  setPolicy(app, POLICIES.prod);
  setCluster(app, AWS);
  const layer = new Layer(app, 'serving', { phase: 'serving', namespace: 'serving' });
  large(layer, { nodes: 1 });
  const kinds = objectsOf(layer).map(({ kind }: KubeObject) => kind);
  expect(kinds).toContain('Deployment');
  expect(kinds).not.toContain('LeaderWorkerSet');
  expect(render(layer).facts.of('model')[0]).not.toHaveProperty('nodes');
});
