import { describe, expect, test } from 'vitest';
import { objectsOf, PodGroup, render } from '../../lib/core';
import { ClickHouse } from '../../lib/observability';
import { validateObject } from '../../lib/schemas';
import { find, layer } from '../core/tree';
import { message } from './fakes';

interface Installation {
  readonly configuration: {
    readonly clusters: readonly unknown[];
    readonly zookeeper?: unknown;
    readonly users: Record<string, unknown>;
    readonly settings: Record<string, unknown>;
  };
  readonly templates: {
    readonly podTemplates: readonly { readonly spec: PodSpec }[];
    readonly volumeClaimTemplates: readonly unknown[];
  };
}
interface PodSpec {
  readonly securityContext: unknown;
  readonly topologySpreadConstraints?: readonly unknown[];
  readonly containers: readonly {
    readonly image: string;
    readonly resources: unknown;
    readonly securityContext: unknown;
  }[];
}

const CHI = 'ClickHouseInstallation';
const CHK = 'ClickHouseKeeperInstallation';
const spec = (at: ReturnType<typeof layer>, kind = CHI) => find(at, kind).spec as Installation;
const kinds = (at: ReturnType<typeof layer>) => objectsOf(at).map(({ kind }) => kind);

describe('by default', () => {
  const prod = layer('traces');
  new ClickHouse(prod, 'langfuse');

  test('has three replicas and three keepers in prod, and finds them by name', () => {
    expect(spec(prod).configuration).toMatchObject({
      clusters: [{ name: 'default', layout: { shardsCount: 1, replicasCount: 3 } }],
      zookeeper: { nodes: [{ host: 'keeper-langfuse.traces.svc', port: 2181 }] },
    });
    expect(find(prod, CHK).spec).toMatchObject({
      configuration: { clusters: [{ name: 'default', layout: { replicasCount: 3 } }] },
    });
  });

  test('stands alone in dev, without keepers', () => {
    const dev = layer('traces', { tier: 'dev' });
    const clickhouse = new ClickHouse(dev, 'langfuse');
    expect(clickhouse.replicated).toBe(false);
    expect(kinds(dev)).not.toContain(CHK);
    expect(spec(dev).configuration.zookeeper).toBeUndefined();
    expect(spec(dev).templates.podTemplates[0].spec.topologySpreadConstraints).toBeUndefined();
  });

  test('takes 100 GiB of the cluster class, 1 CPU and 8 GiB of memory, and keeps its disks', () => {
    expect(spec(prod).templates.volumeClaimTemplates).toEqual([
      {
        name: 'data',
        reclaimPolicy: 'Retain',
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'gp3',
          resources: { requests: { storage: '100Gi' } },
        },
      },
    ]);
    expect(spec(prod).templates.podTemplates[0].spec.containers[0].resources).toEqual({
      requests: { cpu: '1', memory: '8Gi' },
      limits: { memory: '8Gi' },
    });
  });

  test.each([CHI, CHK])('%s pods are let into a restricted namespace', (kind) => {
    const pod = spec(prod, kind).templates.podTemplates[0].spec;
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 101,
      fsGroup: 101,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
  });

  test('reads the password from a secret, by way of the pod', () => {
    expect(spec(prod).configuration.users).toEqual({
      'langfuse/password': {
        valueFrom: { secretKeyRef: { name: 'langfuse-clickhouse', key: 'password' } },
      },
      'langfuse/networks/ip': '::/0',
    });
  });

  test('runs on UTC and does not fill the disk of the node with logs', () => {
    expect(spec(prod).configuration.settings).toMatchObject({
      timezone: 'UTC',
      'logger/level': 'information',
      'logger/count': 3,
    });
  });

  test('writes what the API server takes', () => {
    expect(objectsOf(prod).flatMap((object) => validateObject(object))).toEqual([]);
  });
});

test('declares the pods that the operator will make, with the very same demands', () => {
  const at = layer('traces');
  new ClickHouse(at, 'langfuse', { memoryGiB: 16, cpu: '4' });
  const pods = render(at.node.root).facts.of('pods');
  expect(
    pods.map(({ owner, replicas, template }) => [
      owner,
      replicas,
      template.metadata.labels,
      template.spec.containers[0].resources?.requests,
    ]),
  ).toEqual([
    [
      'ClickHouseKeeperInstallation/traces/langfuse#keeper',
      3,
      { 'clickhouse-keeper.altinity.com/chk': 'langfuse' },
      { cpu: '100m', memory: '512Mi' },
    ],
    [
      'ClickHouseInstallation/traces/langfuse#clickhouse',
      3,
      { 'clickhouse.altinity.com/chi': 'langfuse' },
      { cpu: '4', memory: '16Gi' },
    ],
  ]);
  expect(spec(at).templates.podTemplates[0].spec.containers[0].resources).toMatchObject({
    requests: { cpu: '4', memory: '16Gi' },
  });
});

test('says which Services there will be', () => {
  const at = layer('traces');
  new ClickHouse(at, 'langfuse');
  const services = render(at.node.root)
    .facts.of('provides')
    .flatMap(({ objects = [] }) => objects)
    .filter(({ id }) => id.startsWith('Service/'));
  expect(services.map(({ id, ports }) => [id, ports])).toEqual([
    ['Service/traces/clickhouse-langfuse', [8123, 9000]],
    ['Service/traces/keeper-langfuse', [2181, 9444]],
  ]);
});

test('lets in its replicas, its operator and whoever connects, and nobody else', () => {
  const at = layer('traces');
  const operator = new PodGroup(at, 'operator', { name: 'operator', labels: { app: 'operator' } });
  const reader = new PodGroup(at, 'reader', { name: 'reader', labels: { app: 'reader' } });
  const clickhouse = new ClickHouse(at, 'langfuse', { operator });
  const secret = clickhouse.connect(at, { name: 'traces', pods: [reader] });

  expect(secret.keys).toEqual(['username', 'password']);
  const edges = render(at.node.root).facts.of('edge');
  const named = (peer: object) => ('labels' in peer ? Object.values(peer.labels as object)[0] : 'outside');
  const into = edges.filter(({ to }) => 'labels' in to && 'clickhouse.altinity.com/chi' in to.labels);
  expect(into.map(({ from, ports }) => `${named(from)} ${ports}`).sort()).toEqual([
    'langfuse 9000',
    'langfuse 9009',
    'operator 8123',
    'reader 8123',
    'reader 9000',
  ]);
  const keeper = edges.filter(
    ({ to }) => 'labels' in to && 'clickhouse-keeper.altinity.com/chk' in to.labels,
  );
  expect(keeper.map(({ ports }) => ports[0]).sort()).toEqual([2181, 9444]);
});

test('two replicas are refused', () => {
  expect(message(() => new ClickHouse(layer(), 'langfuse', { replicas: 2 }))).toMatchInlineSnapshot(`
    "layer/langfuse (ClickHouse): 'replicas' is 2
      why: one replica stands alone; more need a majority of keepers, one beside each of three zones
      fix: set replicas to 1 or to 3"
  `);
});
