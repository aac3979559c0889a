import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { EventsClient, IEvents, IScrapeTarget, TopicProps } from '../contracts';
import {
  ConnectionSecret,
  declare,
  engines,
  type ISecret,
  KnownSecret,
  type MetricsEndpoint,
  namespaceOf,
  PlatformError,
  type PodGroup,
  policyOf,
} from '../core';
import { KafkaPods, LISTENER_PORT, REPLICATION_PORT } from './kafka-pods';

export interface StrimziKafkaProps {
  /**
   * Nodes that keep messages. One is controller too; more get three controllers of their own.
   * @default - the environment's policy: 1 in dev, 3 in prod
   */
  readonly brokers?: number;
  /**
   * Copies of each topic; all but one must have a message before it counts as written.
   * @default - 3, or the number of brokers where there are fewer
   */
  readonly replication?: number;
  /**
   * Disk of a broker.
   * @default 50
   */
  readonly storageGiB?: number;
  /**
   * CPU request of a broker.
   * @default '500m'
   */
  readonly cpu?: string;
  /**
   * Memory of a broker, half of it heap and the rest its cache of pages.
   * @default 2
   */
  readonly memoryGiB?: number;
  /**
   * Pods of Strimzi, which must reach the nodes.
   * @default - none: whoever installs the operator lets it in
   */
  readonly operator?: PodGroup;
}

const LEGAL = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/;

/** A Secret that Strimzi writes. */
class StrimziSecret extends KnownSecret {}

/** Kafka in the cluster, run by Strimzi without ZooKeeper; the id is its name. */
export class StrimziKafka extends Construct implements IEvents, IScrapeTarget {
  public readonly bootstrap: string;
  public readonly metrics: readonly MetricsEndpoint[];
  private readonly namespace: string;
  private readonly replication: number;
  private readonly nodes: KafkaPods;
  private readonly authority: ISecret;

  constructor(scope: Construct, id: string, props: StrimziKafkaProps = {}) {
    super(scope, id);
    const policy = policyOf(this);
    const { brokers = policy.members, storageGiB = 50, cpu = '500m', memoryGiB = 2, operator } = props;
    const replication = props.replication ?? Math.min(3, brokers);
    if (!Number.isInteger(brokers) || brokers < 1) {
      throw new PlatformError(this, {
        what: `'brokers' is ${brokers}`,
        why: 'messages need a node that keeps them',
        fix: 'set brokers to 1 or more',
      });
    }
    if (!Number.isInteger(replication) || replication < 1 || replication > brokers) {
      throw new PlatformError(this, {
        what: `'replication' is ${replication}, with ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}`,
        why: 'each copy of a topic lies on a broker of its own: Kafka refuses to make the topic',
        fix: `set replication between 1 and ${brokers}, or give it more brokers`,
      });
    }
    this.replication = replication;
    this.namespace = namespaceOf(this);
    this.bootstrap = `${id}-kafka-bootstrap.${this.namespace}.svc:${LISTENER_PORT}`;
    this.nodes = new KafkaPods(this, 'Nodes', {
      name: id,
      brokers,
      storageGiB,
      cpu,
      memory: `${memoryGiB}Gi`,
    });
    const inSync = Math.max(1, replication - 1);

    new ApiObject(this, 'Kafka', {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'Kafka',
      metadata: { name: id, namespace: this.namespace },
      spec: {
        kafka: {
          version: engines.kafka,
          ...(this.nodes.racks ? { rack: { topologyKey: 'topology.kubernetes.io/zone' } } : {}),
          listeners: [
            {
              name: 'tls',
              port: LISTENER_PORT,
              type: 'internal',
              tls: true,
              authentication: { type: 'scram-sha-512' },
            },
          ],
          authorization: { type: 'simple' },
          config: {
            'default.replication.factor': replication,
            'min.insync.replicas': inSync,
            'offsets.topic.replication.factor': replication,
            'transaction.state.log.replication.factor': replication,
            'transaction.state.log.min.isr': inSync,
            // A mistyped name must fail, not become a topic.
            'auto.create.topics.enable': false,
          },
          metricsConfig: { type: 'strimziMetricsReporter', values: { allowList: ['.*'] } },
        },
        entityOperator: this.nodes.entityOperator,
      },
    });
    declare(this, 'provides', {
      objects: [
        {
          id: `Service/${this.namespace}/${id}-kafka-bootstrap`,
          ports: [REPLICATION_PORT, LISTENER_PORT],
          selects: this.nodes.brokerLabels,
        },
      ],
    });
    const ca = `${id}-cluster-ca-cert`;
    this.authority = new StrimziSecret(
      this,
      'Authority',
      ca,
      ['ca.crt', 'ca.p12', 'ca.password'],
      'existing',
    );
    if (operator) this.nodes.admitOperator(operator);
    this.metrics = this.nodes.metrics;
  }

  public topic(name: string, { partitions = 3, retentionHours = 168 }: TopicProps = {}): void {
    this.mustBeLegal('topic', name);
    new ApiObject(this, `topic-${name}`, {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: { name, namespace: this.namespace, labels: { 'strimzi.io/cluster': this.node.id } },
      spec: {
        partitions,
        replicas: this.replication,
        config: { 'retention.ms': retentionHours * 3_600_000 },
      },
    });
    const scope = `topics of ${this.node.id}`;
    declare(this, 'join', { object: `KafkaTopic/${this.namespace}/${name}`, scope, defines: name });
  }

  public connect(consumer: Construct, { name, pods, topics }: EventsClient): ISecret {
    this.mustBeLegal('user', name);
    new ApiObject(this, `user-${name}`, {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaUser',
      metadata: { name, namespace: this.namespace, labels: { 'strimzi.io/cluster': this.node.id } },
      spec: {
        authentication: { type: 'scram-sha-512' },
        authorization: {
          type: 'simple',
          acls: [
            ...topics.map((topic) => ({
              resource: { type: 'topic', name: topic, patternType: 'literal' },
              operations: ['Describe', 'Read', 'Write'],
            })),
            { resource: { type: 'group', name, patternType: 'prefix' }, operations: ['Read'] },
          ],
        },
      },
    });
    const object = `KafkaUser/${this.namespace}/${name}`;
    const scope = `topics of ${this.node.id}`;
    for (const uses of topics) declare(this, 'join', { object, scope, uses });
    for (const group of pods) {
      for (const broker of this.nodes.brokers) {
        broker.allowFrom(group, { port: LISTENER_PORT, why: `events of ${name}` });
      }
    }
    const user = new StrimziSecret(
      this,
      `secret-${name}`,
      name,
      ['password', 'sasl.jaas.config'],
      'existing',
      this.namespace,
    );
    return new ConnectionSecret(consumer, `${name}-events`, {
      name: `${name}-events`,
      sources: [
        { from: user, keys: { password: 'password' } },
        { from: this.authority, keys: { 'ca.crt': 'ca.crt' } },
      ],
      compose: { username: name },
    });
  }

  private mustBeLegal(what: 'topic' | 'user', name: string): void {
    if (LEGAL.test(name)) return;
    throw new PlatformError(this, {
      what: `'${name}' cannot be the name of a ${what}`,
      why: 'it is also the name of a Kubernetes object, which Strimzi reads it from',
      fix: 'use up to 63 lower-case letters, digits, dots and dashes',
    });
  }
}
