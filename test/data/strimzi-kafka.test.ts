import { expect, test } from 'vitest';
import { objectsOf } from '../../lib/core';
import { StrimziKafka } from '../../lib/data';
import { find } from '../core/tree';
import { facts, faults, openBetween, pods, stores } from './tree';

test('in prod: three controllers and three brokers, apart, with three copies', () => {
  const scope = stores();
  new StrimziKafka(scope, 'events');
  expect(find(scope, 'Kafka')).toMatchObject({
    spec: {
      kafka: {
        version: '4.3.1',
        rack: { topologyKey: 'topology.kubernetes.io/zone' },
        listeners: [{ port: 9093, tls: true, authentication: { type: 'scram-sha-512' } }],
        config: { 'default.replication.factor': 3, 'min.insync.replicas': 2 },
        metricsConfig: { type: 'strimziMetricsReporter' },
      },
    },
  });
  expect(find(scope, 'KafkaNodePool', 'events-controller')).toMatchObject({
    spec: { replicas: 3, roles: ['controller'] },
  });
  expect(find(scope, 'KafkaNodePool', 'events-broker')).toMatchObject({
    metadata: { labels: { 'strimzi.io/cluster': 'events' } },
    spec: {
      replicas: 3,
      roles: ['broker'],
      resources: { requests: { cpu: '500m', memory: '2Gi' }, limits: { memory: '2Gi' } },
      storage: { volumes: [{ size: '50Gi', class: 'gp3', deleteClaim: false }] },
      template: { pod: { topologySpreadConstraints: [{ whenUnsatisfiable: 'DoNotSchedule' }] } },
    },
  });
});

test('in local: one node of both roles, without a zone', () => {
  const scope = stores('local');
  new StrimziKafka(scope, 'events', { storageGiB: 5 });
  expect(find(scope, 'KafkaNodePool')).toMatchObject({
    metadata: { name: 'events-dual' },
    spec: {
      replicas: 1,
      roles: ['controller', 'broker'],
      storage: { volumes: [{ size: '5Gi', class: 'standard', deleteClaim: true }] },
    },
  });
  expect(find(scope, 'Kafka')).toMatchObject({
    spec: { kafka: { config: { 'default.replication.factor': 1, 'min.insync.replicas': 1 } } },
  });
  expect((find(scope, 'Kafka').spec as { kafka: object }).kafka).not.toHaveProperty('rack');
  expect(faults(scope)).toEqual([]);
});

test('the pods are declared as the objects ask for them', () => {
  const scope = stores();
  new StrimziKafka(scope, 'events', { cpu: '1', memoryGiB: 4 });
  const declared = facts(scope)
    .of('pods')
    .map(({ owner, replicas, template: { spec } }) => [
      owner,
      replicas,
      spec.serviceAccountName,
      spec.containers.map(({ resources }) => Object.values(resources?.requests ?? {}).join(' ')),
    ]);
  expect(declared).toEqual([
    ['Kafka/data/events#controller', 3, 'events-kafka', ['250m 1Gi']],
    ['Kafka/data/events#broker', 3, 'events-kafka', ['1 4Gi']],
    ['Kafka/data/events#entity-operator', 1, 'events-entity-operator', ['100m 384Mi', '100m 384Mi']],
  ]);
});

test('nodes talk to each other, operators to them, on the ports of each role', () => {
  const scope = stores();
  new StrimziKafka(scope, 'events', { operator: pods(scope, 'operator') });
  expect(openBetween(scope, 'events-broker', 'events-controller')).toEqual([9090]);
  expect(openBetween(scope, 'events-broker', 'events-broker')).toEqual([9091]);
  expect(openBetween(scope, 'events-entity-operator', 'events-broker')).toEqual([9091]);
  expect(openBetween(scope, 'operator', 'events-broker')).toEqual([8443, 9091]);
  expect(openBetween(scope, 'operator', 'events-controller')).toEqual([8443, 9090]);
});

test('a client is a user of its topics, a secret, and an edge at both ends', () => {
  const scope = stores();
  const kafka = new StrimziKafka(scope, 'events');
  kafka.topic('audit', { partitions: 6, retentionHours: 24 });
  const secret = kafka.connect(scope, { name: 'vector', pods: [pods(scope)], topics: ['audit'] });
  expect(kafka.bootstrap).toBe('events-kafka-bootstrap.data.svc:9093');
  expect(find(scope, 'KafkaTopic')).toMatchObject({
    metadata: { name: 'audit', labels: { 'strimzi.io/cluster': 'events' } },
    spec: { partitions: 6, replicas: 3, config: { 'retention.ms': 86_400_000 } },
  });
  expect(find(scope, 'KafkaUser')).toMatchObject({
    spec: {
      authentication: { type: 'scram-sha-512' },
      authorization: {
        acls: [
          { resource: { type: 'topic', name: 'audit' }, operations: ['Describe', 'Read', 'Write'] },
          { resource: { type: 'group', name: 'vector', patternType: 'prefix' } },
        ],
      },
    },
  });
  expect(secret.name).toBe('vector-events');
  expect([...secret.keys].sort()).toEqual(['ca.crt', 'password', 'username']);
  expect(openBetween(scope, 'web', 'events-broker')).toEqual([9093]);
  expect(faults(scope)).toEqual([]);
});

test('a topic keeps a week in three partitions by default', () => {
  const scope = stores();
  new StrimziKafka(scope, 'events').topic('audit');
  expect(find(scope, 'KafkaTopic')).toMatchObject({
    spec: { partitions: 3, config: { 'retention.ms': 604_800_000 } },
  });
});

test('a topic that a client names and nobody makes is a join without its other end', () => {
  const scope = stores();
  new StrimziKafka(scope, 'events').connect(scope, { name: 'vector', pods: [], topics: ['audti'] });
  expect(facts(scope).of('join')).toEqual([
    { object: 'KafkaUser/data/vector', scope: 'topics of events', uses: 'audti' },
  ]);
});

test('metrics of every node', () => {
  const kafka = new StrimziKafka(stores(), 'events');
  expect(kafka.metrics.map(({ name, port, portNumber }) => [name, port, portNumber])).toEqual([
    ['events-controller', 'tcp-prometheus', 9404],
    ['events-broker', 'tcp-prometheus', 9404],
  ]);
});

test('what Strimzi writes is known by name', () => {
  const scope = stores();
  new StrimziKafka(scope, 'events').connect(scope, { name: 'vector', pods: [], topics: [] });
  const ids = facts(scope)
    .of('provides')
    .flatMap(({ objects = [] }) => objects.map(({ id }) => id));
  expect(ids).toContain('Service/data/events-kafka-bootstrap');
  expect(ids).toContain('Secret/data/events-cluster-ca-cert');
  expect(ids).toContain('Secret/data/vector');
});

test('more copies than brokers are refused', () => {
  expect(
    () => new StrimziKafka(stores('local'), 'events', { replication: 3 }),
  ).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/events (StrimziKafka): 'replication' is 3, with 1 broker
      why: each copy of a topic lies on a broker of its own: Kafka refuses to make the topic
      fix: set replication between 1 and 1, or give it more brokers]
  `);
});

test('a topic that Kubernetes cannot name is refused', () => {
  const kafka = new StrimziKafka(stores(), 'events');
  expect(() => kafka.topic('audit_log')).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/events (StrimziKafka): 'audit_log' cannot be the name of a topic
      why: it is also the name of a Kubernetes object, which Strimzi reads it from
      fix: use up to 63 lower-case letters, digits, dots and dashes]
  `);
  expect(objectsOf(kafka.node.scope as never).filter(({ kind }) => kind === 'KafkaTopic')).toEqual([]);
});
