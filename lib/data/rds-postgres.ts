import type { Construct } from 'constructs';
import type { DatabaseProps } from '../contracts';
import {
  ConnectionSecret,
  clusterOf,
  declare,
  engines,
  type ISecret,
  images,
  PlatformError,
  type PodGroup,
  policyOf,
  secretPath,
  stamped,
  Task,
} from '../core';
import { Postgres } from './postgres';

export interface RdsPostgresProps {
  /** @default 'db.t4g.medium' */
  readonly instanceClass?: string;
  /**
   * Disk to begin with, at least 20; RDS grows it.
   * @default 50
   */
  readonly storageGiB?: number;
  /**
   * A standby in another zone.
   * @default - the environment's policy: where zones are spread
   */
  readonly multiAz?: boolean;
}

const SCRIPTS = '/etc/nexus/database';

/** Amazon RDS for PostgreSQL; the id is its name. Databases and roles are made by one Job each, in this layer. */
export class RdsPostgres extends Postgres {
  private readonly path: string;
  private readonly master: ISecret;

  constructor(scope: Construct, id: string, props: RdsPostgresProps = {}) {
    super(scope, id);
    const cluster = clusterOf(this);
    const policy = policyOf(this);
    const { instanceClass = 'db.t4g.medium', storageGiB = 50, multiAz = policy.spreadZones } = props;
    if (!cluster.aws) {
      throw new PlatformError(this, {
        what: 'asks for RDS in an environment without AWS',
        why: 'nothing would make the server, nor the secret with its host',
        fix: 'use CnpgPostgres (data.postgres.kind: cnpg), or give the environment an aws section',
      });
    }
    if (storageGiB < 20) {
      throw new PlatformError(this, {
        what: `'storageGiB' is ${storageGiB}`,
        why: 'RDS refuses gp3 disks below 20 GiB',
        fix: 'set storageGiB to 20 or more',
      });
    }
    this.path = secretPath(cluster, 'postgres', id);
    declare(this, 'aws', {
      kind: 'postgres',
      name: id,
      engineVersion: engines.rdsPostgres,
      instanceClass,
      storageGiB,
      multiAz,
      backupDays: policy.retentionDays,
      keep: policy.keepData,
      secretPath: this.path,
    });
    const keys = ['host', 'port', 'username', 'password', 'dbname'];
    this.master = new ConnectionSecret(this, 'Master', {
      name: `${id}-master`,
      sources: [{ from: { path: this.path }, keys: Object.fromEntries(keys.map((key) => [key, key])) }],
    });
  }

  protected override admit(pods: PodGroup, database: string): void {
    pods.reach('database', { why: `database ${database}` });
  }

  protected override connection(consumer: Construct, { name, extensions }: Required<DatabaseProps>): ISecret {
    const role = this.role(name);
    const sql = script(name, extensions);
    const task = new Task(this, `${name}-database`, {
      name: stamped(`${this.node.id}-${name}`, `${images.postgres}\n${sql}`),
      image: images.postgres,
      command: ['psql', '--no-psqlrc', `--file=${SCRIPTS}/create.sql`],
      env: {
        PGHOST: this.master.key('host'),
        PGPORT: this.master.key('port'),
        PGUSER: this.master.key('username'),
        PGPASSWORD: this.master.key('password'),
        PGDATABASE: this.master.key('dbname'),
        PGSSLMODE: 'require',
        PGCONNECT_TIMEOUT: '10',
        ROLE_PASSWORD: role.key('password'),
      },
      config: { [SCRIPTS]: { 'create.sql': sql } },
      resources: { cpu: '50m', memory: '128Mi' },
      deadlineSeconds: 900,
    });
    task.pods.reach('database', { why: `makes database ${name}` });
    return new ConnectionSecret(consumer, `${name}-postgres`, {
      name: `${name}-postgres`,
      sources: [
        { from: { path: this.path }, keys: { host: 'host', port: 'port' } },
        { from: role, keys: { username: 'username', password: 'password' } },
      ],
      compose: {
        dbname: name,
        uri: `postgresql://{{ .username }}:{{ .password }}@{{ .host }}:{{ .port }}/${name}?sslmode=require`,
      },
    });
  }
}

/** What psql does, as often as it runs: names were checked, the password comes from the environment. */
function script(name: string, extensions: readonly string[]): string {
  return [
    '\\set ON_ERROR_STOP on',
    '\\getenv password ROLE_PASSWORD',
    `SELECT 'CREATE ROLE "${name}"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') \\gexec`,
    `SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', '${name}', :'password') \\gexec`,
    '-- Only a member of the owner may make a database for it.',
    `GRANT "${name}" TO CURRENT_USER;`,
    `SELECT 'CREATE DATABASE "${name}" OWNER "${name}"'`,
    `  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${name}') \\gexec`,
    `REVOKE CONNECT ON DATABASE "${name}" FROM PUBLIC;`,
    `\\connect "${name}"`,
    ...extensions.map((extension) => `CREATE EXTENSION IF NOT EXISTS "${extension}";`),
    '',
  ].join('\n');
}
