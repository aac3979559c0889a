import { expect, test } from 'vitest';
import { objectsOf } from '../../lib/core';
import { CnpgPostgres } from '../../lib/data';
import { find } from '../core/tree';
import { facts, faults, openBetween, pods, stores } from './tree';

test('in prod: three members in different zones, one follower confirms, the budget stands', () => {
  const scope = stores();
  new CnpgPostgres(scope, 'postgres');
  expect(find(scope, 'Cluster')).toMatchObject({
    spec: {
      instances: 3,
      imageName: 'ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie',
      enablePDB: true,
      storage: { size: '20Gi', storageClass: 'gp3' },
      resources: { requests: { cpu: '500m', memory: '2Gi' }, limits: { memory: '2Gi' } },
      topologySpreadConstraints: [{ topologyKey: 'topology.kubernetes.io/zone' }],
      postgresql: { parameters: { shared_buffers: '512MB' }, synchronous: { number: 1 } },
    },
  });
  expect(find(scope, 'Cluster').spec).not.toHaveProperty('managed');
});

test('in local: one member, whose budget would stop every drain', () => {
  const scope = stores('local');
  new CnpgPostgres(scope, 'postgres', { storageGiB: 5 });
  const { spec } = find(scope, 'Cluster') as unknown as { spec: Record<string, unknown> };
  expect(spec).toMatchObject({
    instances: 1,
    enablePDB: false,
    storage: { size: '5Gi', storageClass: 'standard' },
  });
  expect(spec).not.toHaveProperty('topologySpreadConstraints');
  expect(spec.postgresql).not.toHaveProperty('synchronous');
  expect(faults(scope)).toEqual([]);
});

test('the pods are declared as the Cluster asks for them', () => {
  const scope = stores();
  new CnpgPostgres(scope, 'postgres', { cpu: '2', memoryGiB: 8, storageGiB: 100 });
  expect(facts(scope).of('pods')).toMatchObject([
    {
      owner: 'Cluster/data/postgres#instance',
      maker: 'operator',
      replicas: 3,
      template: {
        metadata: { labels: { 'cnpg.io/cluster': 'postgres' } },
        spec: {
          serviceAccountName: 'postgres',
          containers: [{ resources: { requests: { cpu: '2', memory: '8Gi' }, limits: { memory: '8Gi' } } }],
        },
      },
    },
  ]);
});

test('a database is a managed role with its secret, a Database, and an edge at both ends', () => {
  const scope = stores();
  const store = new CnpgPostgres(scope, 'postgres');
  store.database(scope, { name: 'rag', pods: [pods(scope)], extensions: ['vector'] });
  expect(find(scope, 'Cluster')).toMatchObject({
    spec: { managed: { roles: [{ name: 'rag', login: true, passwordSecret: { name: 'rag-role' } }] } },
  });
  expect(find(scope, 'Database')).toMatchObject({
    metadata: { name: 'postgres-rag', namespace: 'data' },
    spec: {
      name: 'rag',
      owner: 'rag',
      cluster: { name: 'postgres' },
      databaseReclaimPolicy: 'retain',
      extensions: [{ name: 'vector' }],
    },
  });
  expect(find(scope, 'ExternalSecret', 'rag-role')).toMatchObject({
    spec: {
      target: {
        template: { type: 'kubernetes.io/basic-auth', metadata: { labels: { 'cnpg.io/reload': 'true' } } },
      },
    },
  });
  expect(find(scope, 'ExternalSecret', 'rag-postgres')).toMatchObject({
    spec: {
      target: {
        template: {
          data: {
            host: 'postgres-rw.data.svc',
            uri: 'postgresql://{{ .username }}:{{ .password }}@postgres-rw.data.svc:5432/rag',
          },
        },
      },
    },
  });
  expect(openBetween(scope, 'web', 'postgres-instance')).toEqual([5432]);
});

test('members replicate, and the operator reaches them', () => {
  const scope = stores();
  new CnpgPostgres(scope, 'postgres', { operator: pods(scope, 'operator') });
  expect(openBetween(scope, 'postgres-instance', 'postgres-instance')).toEqual([5432, 8000]);
  expect(openBetween(scope, 'operator', 'postgres-instance')).toEqual([5432, 8000]);
});

test('what CloudNativePG writes is known by name', () => {
  const scope = stores();
  new CnpgPostgres(scope, 'postgres');
  const ids = facts(scope)
    .of('provides')
    .flatMap(({ objects = [] }) => objects.map(({ id }) => id));
  expect(ids).toEqual([
    'Service/data/postgres-rw',
    'Service/data/postgres-ro',
    'Service/data/postgres-r',
    'Secret/data/postgres-app',
  ]);
});

test('metrics of every member', () => {
  const scope = stores();
  expect(new CnpgPostgres(scope, 'postgres').metrics).toMatchObject([{ port: 'metrics', portNumber: 9187 }]);
});

test('half a member is refused', () => {
  const scope = stores();
  expect(() => new CnpgPostgres(scope, 'postgres', { instances: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/postgres (CnpgPostgres): 'instances' is 0
      why: a server has one primary and a whole number of followers
      fix: set instances to 1 or more]
  `);
});

test('a dropped Database drops its data only where the policy keeps none', () => {
  const scope = stores('dev');
  new CnpgPostgres(scope, 'postgres').database(scope, { name: 'rag', pods: [] });
  expect(objectsOf(scope).find(({ kind }) => kind === 'Database')).toMatchObject({
    spec: { databaseReclaimPolicy: 'delete' },
  });
});
