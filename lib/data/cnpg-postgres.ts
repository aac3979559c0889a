import { ApiObject, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import type { DatabaseProps, IScrapeTarget } from '../contracts';
import {
  ConnectionSecret,
  claim,
  clusterOf,
  DeclaredPods,
  declare,
  type ISecret,
  images,
  type MetricsEndpoint,
  namespaceOf,
  PlatformError,
  type PodGroup,
  policyOf,
  sized,
  zoneSpread,
} from '../core';
import { Postgres } from './postgres';

export interface CnpgPostgresProps {
  /**
   * Members: one primary, the rest follow it.
   * @default - the environment's policy: 1 in dev, 3 in prod
   */
  readonly instances?: number;
  /** @default 20 */
  readonly storageGiB?: number;
  /**
   * CPU request of a member.
   * @default '500m'
   */
  readonly cpu?: string;
  /**
   * Memory of a member; a quarter is its cache of pages.
   * @default 2
   */
  readonly memoryGiB?: number;
  /**
   * Pods of CloudNativePG, which must reach the members.
   * @default - none: whoever installs the operator lets it in
   */
  readonly operator?: PodGroup;
}

const PORT = 5432;
const STATUS = 8000;

/**
 * PostgreSQL in the cluster, run by CloudNativePG; the id is its name. It replicates but takes no backups: where losing
 * the cluster must not lose the data, use `RdsPostgres`.
 */
export class CnpgPostgres extends Postgres implements IScrapeTarget {
  public readonly metrics: readonly MetricsEndpoint[];
  private readonly pods: PodGroup;
  private readonly host: string;
  private readonly roles: string[] = [];

  constructor(scope: Construct, id: string, props: CnpgPostgresProps = {}) {
    super(scope, id);
    const policy = policyOf(this);
    const namespace = namespaceOf(this);
    const { instances = policy.members, storageGiB = 20, cpu = '500m', memoryGiB = 2, operator } = props;
    const memory = `${memoryGiB}Gi`;
    if (!Number.isInteger(instances) || instances < 1) {
      throw new PlatformError(this, {
        what: `'instances' is ${instances}`,
        why: 'a server has one primary and a whole number of followers',
        fix: 'set instances to 1 or more',
      });
    }
    this.host = `${id}-rw.${namespace}.svc`;
    const labels = { 'cnpg.io/cluster': id };
    const spread = instances > 1 ? zoneSpread(this, labels) : {};

    new ApiObject(this, 'Cluster', {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: id, namespace },
      spec: {
        instances,
        imageName: images.postgres,
        // The budget of a single member would stop every drain of its node.
        enablePDB: instances > 1,
        bootstrap: { initdb: { database: 'app', owner: 'app' } },
        storage: { size: `${storageGiB}Gi`, storageClass: clusterOf(this).storageClass },
        resources: sized({ cpu, memory }),
        ...spread,
        postgresql: {
          parameters: { max_connections: '200', shared_buffers: `${Math.floor(memoryGiB * 256)}MB` },
          // What one follower has confirmed survives a failover; without a follower, writes go on.
          ...(instances > 1
            ? { synchronous: { method: 'any', number: 1, dataDurability: 'preferred' } }
            : {}),
        },
        managed: Lazy.any({
          produce: () =>
            this.roles.length
              ? {
                  roles: this.roles.map((name) => ({
                    name,
                    login: true,
                    passwordSecret: { name: `${name}-role` },
                  })),
                }
              : undefined,
        }),
      },
    });
    declare(this, 'provides', {
      objects: [
        ...['rw', 'ro', 'r'].map((which) => ({
          id: `Service/${namespace}/${id}-${which}`,
          ports: [PORT],
          selects: labels,
        })),
        {
          id: `Secret/${namespace}/${id}-app`,
          keys: [
            ...['username', 'password', 'host', 'port', 'dbname', 'uri'],
            ...['jdbc-uri', 'fqdn-uri', 'fqdn-jdbc-uri', 'pgpass'],
          ],
        },
      ],
    });

    // Its label alone: the jobs that initialize and join members carry it too.
    const members = new DeclaredPods(this, 'Members', {
      name: 'instance',
      by: `Cluster/${namespace}/${id}`,
      maker: 'operator',
      labels,
      replicas: instances,
      serviceAccount: id,
      containers: [
        {
          name: 'postgres',
          image: images.postgres,
          cpu,
          memory,
          ports: { postgresql: PORT, metrics: 9187, status: STATUS },
        },
      ],
      spec: { volumes: [claim(this, 'pgdata', storageGiB)], ...spread },
    });
    this.pods = members.pods;
    this.pods.reach('apiServer', { why: 'members read their Cluster and elect a primary' });
    this.pods.allowFrom(this.pods, { port: PORT, why: 'replication' });
    this.pods.allowFrom(this.pods, { port: STATUS, why: 'state of the primary' });
    if (operator) {
      this.pods.allowFrom(operator, { port: PORT, why: 'the operator asks the server' });
      this.pods.allowFrom(operator, { port: STATUS, why: 'the operator steers its members' });
    }
    this.metrics = [members.metrics('metrics', { exporter: 'cnpg' })];
  }

  protected override admit(pods: PodGroup, database: string): void {
    this.pods.allowFrom(pods, { port: PORT, why: `database ${database}` });
  }

  protected override connection(consumer: Construct, { name, extensions }: Required<DatabaseProps>): ISecret {
    const role = this.role(name);
    this.roles.push(name);
    new ApiObject(this, `${name}-database`, {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Database',
      metadata: { name: `${this.node.id}-${name}`, namespace: role.namespace },
      spec: {
        name,
        owner: name,
        cluster: { name: this.node.id },
        databaseReclaimPolicy: policyOf(this).keepData ? 'retain' : 'delete',
        ...(extensions.length ? { extensions: extensions.map((extension) => ({ name: extension })) } : {}),
      },
    });
    return new ConnectionSecret(consumer, `${name}-postgres`, {
      name: `${name}-postgres`,
      sources: [{ from: role, keys: { username: 'username', password: 'password' } }],
      compose: {
        host: this.host,
        port: `${PORT}`,
        dbname: name,
        uri: `postgresql://{{ .username }}:{{ .password }}@${this.host}:${PORT}/${name}`,
      },
    });
  }
}
