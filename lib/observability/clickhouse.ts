import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { IScrapeTarget } from '../contracts';
import {
  ConnectionSecret,
  claim,
  DeclaredPods,
  declare,
  GeneratedSecret,
  type ISecret,
  images,
  type MetricsEndpoint,
  namespaceOf,
  PlatformError,
  type PodGroup,
  policyOf,
  zoneSpread,
} from '../core';
import { ClickHouseKeeper } from './clickhouse-keeper';
import { podTemplates } from './clickhouse-pod';

export interface ClickHouseProps {
  /**
   * 1, or 3 with three keepers. Never go from one to three later: tables made by one are not replicated.
   * @default - the environment's policy: 1 in dev, 3 in prod
   */
  readonly replicas?: number;
  /**
   * Disk of each replica.
   * @default 100
   */
  readonly storageGiB?: number;
  /**
   * CPU request of each replica.
   * @default '1'
   */
  readonly cpu?: string;
  /**
   * Memory of each replica.
   * @default 8
   */
  readonly memoryGiB?: number;
  /**
   * Pods of its operator, which asks each replica how it is.
   * @default - none: the operator cannot reach it, which is right only where no policy is enforced
   */
  readonly operator?: PodGroup;
}

const HTTP_PORT = 8123;
const NATIVE_PORT = 9000;
const REPLICATION_PORT = 9009;
const METRICS_PORT = 9363;

/** A columnar database of one shard; the id names it. Its Service, as the operator calls it, is `clickhouse-<id>`. */
export class ClickHouse extends Construct implements IScrapeTarget {
  /** Whether tables must be made on the cluster `default`. */
  public readonly replicated: boolean;
  /** Base URL of the HTTP interface. */
  public readonly url: string;
  /** URL of the native protocol. */
  public readonly nativeUrl: string;
  public readonly metrics: readonly MetricsEndpoint[];
  private readonly pods: PodGroup;
  private readonly user: ISecret;

  constructor(scope: Construct, id: string, props: ClickHouseProps = {}) {
    super(scope, id);
    const replicas = props.replicas ?? policyOf(this).members;
    this.mustBeOneOrThree(replicas);
    this.replicated = replicas > 1;
    const namespace = namespaceOf(this);
    const host = `clickhouse-${id}.${namespace}.svc`;
    this.url = `http://${host}:${HTTP_PORT}`;
    this.nativeUrl = `clickhouse://${host}:${NATIVE_PORT}`;

    this.user = new GeneratedSecret(this, 'User', {
      name: `${id}-clickhouse`,
      generate: { password: {} },
      literals: { username: id },
    });
    const keeper = this.replicated
      ? new ClickHouseKeeper(this, 'Keeper', { name: id, members: 3 })
      : undefined;
    const labels = { 'clickhouse.altinity.com/chi': id };
    const spread = this.replicated ? zoneSpread(this, labels) : {};
    const storageGiB = props.storageGiB ?? 100;
    const container = {
      name: 'clickhouse',
      image: images.clickhouse,
      cpu: props.cpu ?? '1',
      memory: `${props.memoryGiB ?? 8}Gi`,
      ports: {
        http: HTTP_PORT,
        tcp: NATIVE_PORT,
        interserver: REPLICATION_PORT,
        metrics: METRICS_PORT,
      },
    };
    new ApiObject(this, 'Installation', {
      apiVersion: 'clickhouse.altinity.com/v1',
      kind: 'ClickHouseInstallation',
      metadata: { name: id, namespace },
      spec: {
        configuration: {
          ...(keeper ? { zookeeper: { nodes: [{ host: keeper.host, port: keeper.port }] } } : {}),
          clusters: [{ name: 'default', layout: { shardsCount: 1, replicasCount: replicas } }],
          users: this.users(id),
          settings: SETTINGS,
        },
        ...podTemplates(this, { container, spread, volume: { name: 'data', storageGiB } }),
      },
    });
    const declared = new DeclaredPods(this, 'Replicas', {
      name: 'clickhouse',
      by: `ClickHouseInstallation/${namespace}/${id}`,
      maker: 'operator',
      labels,
      replicas,
      containers: [container],
      spec: {
        volumes: [claim(this, 'data', storageGiB)],
        ...spread,
      },
    });
    declare(this, 'provides', {
      objects: [
        {
          id: `Service/${namespace}/clickhouse-${id}`,
          ports: [HTTP_PORT, NATIVE_PORT],
          selects: labels,
        },
      ],
    });
    this.pods = declared.pods;
    this.metrics = [declared.metrics('metrics', { exporter: 'clickhouse' })];
    if (keeper) {
      keeper.pods.allowFrom(this.pods, { port: keeper.port, why: 'which part belongs to which replica' });
      this.pods.allowFrom(this.pods, { port: REPLICATION_PORT, why: 'parts that a replica lacks' });
      this.pods.allowFrom(this.pods, { port: NATIVE_PORT, why: 'queries over the cluster' });
    }
    if (props.operator) {
      this.pods.allowFrom(props.operator, { port: HTTP_PORT, why: 'its operator asks how it is' });
    }
  }

  /** Its `username` and `password` in a secret below `consumer`, and the way there for its pods. */
  public connect(
    consumer: Construct,
    { name, pods }: { readonly name: string; readonly pods: readonly PodGroup[] },
  ): ISecret {
    for (const peer of pods) {
      this.pods.allowFrom(peer, { port: HTTP_PORT, why: `queries of '${name}'` });
      this.pods.allowFrom(peer, { port: NATIVE_PORT, why: `tables of '${name}'` });
    }
    return new ConnectionSecret(consumer, `ClickHouse-${this.node.id}`, {
      name,
      sources: [{ from: this.user, keys: { username: 'username', password: 'password' } }],
    });
  }

  private users(name: string): Record<string, unknown> {
    const { secret, key } = this.user.key('password');
    return {
      // By way of the pod's environment: a copy in the operator's hands would fall back to a public default.
      [`${name}/password`]: { valueFrom: { secretKeyRef: { name: secret, key } } },
      // Who may come is said by the network policy; addresses of pods cannot be known.
      [`${name}/networks/ip`]: '::/0',
    };
  }

  private mustBeOneOrThree(replicas: number): void {
    if (replicas === 1 || replicas === 3) return;
    throw new PlatformError(this, {
      what: `'replicas' is ${replicas}`,
      why: 'one replica stands alone; more need a majority of keepers, one beside each of three zones',
      fix: 'set replicas to 1 or to 3',
    });
  }
}

const SETTINGS = {
  timezone: 'UTC',
  // The operator's default keeps 10 GB of debug logs in the container, on the disk of the node.
  'logger/level': 'information',
  'logger/size': '100M',
  'logger/count': 3,
  'prometheus/endpoint': '/metrics',
  'prometheus/port': METRICS_PORT,
  'prometheus/metrics': 'true',
  'prometheus/events': 'true',
  'prometheus/asynchronous_metrics': 'true',
};
