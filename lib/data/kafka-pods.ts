import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  claim,
  clusterOf,
  DeclaredPods,
  images,
  type Labels,
  type MetricsEndpoint,
  namespaceOf,
  type PodGroup,
  policyOf,
  zoneSpread,
} from '../core';

/** Where controllers talk to each other and to brokers. */
const CONTROL_PORT = 9090;
/** Where brokers copy from each other, and where operators administer them. */
export const REPLICATION_PORT = 9091;
/** Where clients connect. */
export const LISTENER_PORT = 9093;
/** Where the operator asks how far a node is. */
const AGENT_PORT = 8443;

const OPERATOR = { cpu: '100m', memory: '384Mi' };
const CONTROLLER = { cpu: '250m', memory: '1Gi', storageGiB: 10 };

type Role = 'broker' | 'controller';

interface PoolShape {
  readonly roles: readonly Role[];
  readonly replicas: number;
  readonly cpu: string;
  readonly memory: string;
  readonly storageGiB: number;
}

export interface KafkaPodsProps {
  /** Name of the Kafka object. */
  readonly name: string;
  readonly brokers: number;
  readonly storageGiB: number;
  readonly cpu: string;
  readonly memory: string;
}

const requirements = ({ cpu, memory }: { readonly cpu: string; readonly memory: string }) => ({
  requests: { cpu, memory },
  limits: { memory },
});

/** The node pools of one Kafka, and the pods that Strimzi makes of them: nodes, and the operator of topics and users. */
export class KafkaPods extends Construct {
  /** Those that clients connect to. */
  public readonly brokers: readonly PodGroup[];
  /** What the bootstrap Service selects. */
  public readonly brokerLabels: Labels;
  public readonly metrics: readonly MetricsEndpoint[];
  /** Whether brokers learn their zone, so that copies of a partition lie in different ones. */
  public readonly racks: boolean;
  /** The part of the Kafka object that asks for the operator of topics and users. */
  public readonly entityOperator = {
    topicOperator: { resources: requirements(OPERATOR) },
    userOperator: { resources: requirements(OPERATOR) },
  };
  private readonly cluster: string;
  private readonly nodes: readonly { readonly pods: PodGroup; readonly roles: readonly Role[] }[];

  constructor(scope: Construct, id: string, props: KafkaPodsProps) {
    super(scope, id);
    const { name, brokers, storageGiB, cpu, memory } = props;
    this.cluster = name;
    // Nodes of a small cluster may carry no zone, and a broker that finds none does not start.
    this.racks = brokers > 1 && policyOf(this).spreadZones;
    this.brokerLabels = this.labels({ 'strimzi.io/broker-role': 'true' });
    const keep = { cpu, memory, storageGiB };
    const pools: Record<string, PoolShape> =
      brokers === 1
        ? { dual: { roles: ['controller', 'broker'], replicas: 1, ...keep } }
        : {
            controller: { roles: ['controller'], replicas: 3, ...CONTROLLER },
            broker: { roles: ['broker'], replicas: brokers, ...keep },
          };
    const made = Object.entries(pools).map(([pool, shape]) => ({
      roles: shape.roles,
      declared: this.pool(pool, shape),
    }));
    this.nodes = made.map(({ roles, declared }) => ({ roles, pods: declared.pods }));
    this.brokers = this.nodes.filter(({ roles }) => roles.includes('broker')).map(({ pods }) => pods);
    this.metrics = made.map(({ declared }) => declared.metrics('tcp-prometheus', { exporter: 'strimzi' }));
    for (const { pods } of this.nodes) {
      this.admit(pods, { controller: 'quorum of the controllers', broker: 'replication' });
    }
    this.operators();
  }

  /** Let Strimzi roll the nodes, one by one and never below what is in sync. */
  public admitOperator(operator: PodGroup): void {
    const why = 'the operator rolls the nodes one by one';
    this.admit(operator, { controller: why, broker: why });
    for (const { pods } of this.nodes) pods.allowFrom(operator, { port: AGENT_PORT, why });
  }

  private admit(from: PodGroup, why: Readonly<Record<Role, string>>): void {
    for (const { pods, roles } of this.nodes) {
      if (roles.includes('controller')) pods.allowFrom(from, { port: CONTROL_PORT, why: why.controller });
      if (roles.includes('broker')) pods.allowFrom(from, { port: REPLICATION_PORT, why: why.broker });
    }
  }

  private pool(pool: string, shape: PoolShape): DeclaredPods {
    const { roles, replicas, storageGiB, cpu, memory } = shape;
    const namespace = namespaceOf(this);
    const name = `${this.cluster}-${pool}`;
    const spread = replicas > 1 ? zoneSpread(this, { 'strimzi.io/pool-name': name }) : {};
    new ApiObject(this, `Pool-${pool}`, {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaNodePool',
      metadata: { name, namespace, labels: { 'strimzi.io/cluster': this.cluster } },
      spec: {
        replicas,
        roles,
        storage: {
          type: 'jbod',
          volumes: [
            {
              id: 0,
              type: 'persistent-claim',
              size: `${storageGiB}Gi`,
              class: clusterOf(this).storageClass,
              kraftMetadata: 'shared',
              deleteClaim: !policyOf(this).keepData,
            },
          ],
        },
        resources: requirements(shape),
        ...(Object.keys(spread).length ? { template: { pod: spread } } : {}),
      },
    });

    const broker = roles.includes('broker');
    const controller = roles.includes('controller');
    const pods = new DeclaredPods(this, pool, {
      name: pool,
      by: `Kafka/${namespace}/${this.cluster}`,
      maker: 'operator',
      labels: this.labels({
        'strimzi.io/pool-name': name,
        'strimzi.io/broker-role': `${broker}`,
        'strimzi.io/controller-role': `${controller}`,
      }),
      replicas,
      serviceAccount: `${this.cluster}-kafka`,
      containers: [
        {
          name: 'kafka',
          image: images.kafka,
          cpu,
          memory,
          ports: {
            'tcp-kafkaagent': AGENT_PORT,
            'tcp-prometheus': 9404,
            ...(controller ? { 'tcp-ctrlplane': CONTROL_PORT } : {}),
            ...(broker ? { 'tcp-replication': REPLICATION_PORT, 'tcp-clientstls': LISTENER_PORT } : {}),
          },
        },
      ],
      spec: { volumes: [claim(this, 'data-0', storageGiB)], ...spread },
    });
    pods.pods.reach('apiServer', { why: 'nodes read their certificates, and brokers their zone' });
    return pods;
  }

  private operators(): void {
    const entity = new DeclaredPods(this, 'Entity', {
      name: 'entity-operator',
      by: `Kafka/${namespaceOf(this)}/${this.cluster}`,
      maker: 'operator',
      labels: {
        'strimzi.io/cluster': this.cluster,
        'strimzi.io/kind': 'Kafka',
        'strimzi.io/name': `${this.cluster}-entity-operator`,
      },
      replicas: 1,
      serviceAccount: `${this.cluster}-entity-operator`,
      containers: [
        {
          name: 'topic-operator',
          image: images.strimziOperator,
          ...OPERATOR,
          ports: { 'healthcheck-to': 8080 },
        },
        {
          name: 'user-operator',
          image: images.strimziOperator,
          ...OPERATOR,
          ports: { 'healthcheck-uo': 8081 },
        },
      ],
    });
    entity.pods.reach('apiServer', { why: 'reads topics and users' });
    for (const broker of this.brokers) {
      broker.allowFrom(entity.pods, { port: REPLICATION_PORT, why: 'makes topics and users' });
    }
  }

  private labels(more: Labels): Labels {
    return {
      'strimzi.io/cluster': this.cluster,
      'strimzi.io/kind': 'Kafka',
      'strimzi.io/name': `${this.cluster}-kafka`,
      ...more,
    };
  }
}
