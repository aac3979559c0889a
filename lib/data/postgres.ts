import { Construct } from 'constructs';
import type { DatabaseProps, IPostgres } from '../contracts';
import {
  didYouMean,
  GeneratedSecret,
  type ISecret,
  PlatformError,
  type PodGroup,
  SuppliedSecret,
} from '../core';

/** Keys of every connection secret, whoever runs the server; CloudNativePG's own names. */
const CONNECTION_KEYS = ['host', 'port', 'username', 'password', 'dbname', 'uri'] as const;

/** Extensions that both CloudNativePG's `standard` image and RDS have, by the name that `CREATE EXTENSION` takes. */
const EXTENSIONS = [
  ...['btree_gin', 'btree_gist', 'citext', 'hstore', 'intarray', 'ltree', 'pg_stat_statements', 'pg_trgm'],
  ...['pgcrypto', 'unaccent', 'uuid-ossp', 'vector'],
];
/** Databases and roles that one server or the other has from the start. */
const TAKEN = ['app', 'nexus', 'postgres', 'rdsadmin', 'template0', 'template1'];
const NAME = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** A server that somebody else runs. */
export interface PostgresAttributes {
  /** @default 5432 */
  readonly port?: number;
  /**
   * On which side of the network policies it lies: in the database subnets, or anywhere.
   * @default 'database'
   */
  readonly lies?: 'database' | 'internet';
}

/** What all kinds of PostgreSQL have in common: a database, a role and a secret for each consumer. */
export abstract class Postgres extends Construct implements IPostgres {
  /** A server we do not own: the connection of each database is a secret that somebody fills. */
  public static fromAttributes(scope: Construct, id: string, attributes: PostgresAttributes = {}): IPostgres {
    return new ExistingPostgres(scope, id, attributes);
  }

  private readonly names = new Set<string>();

  public database(consumer: Construct, props: DatabaseProps): ISecret {
    const { name, extensions = [] } = props;
    if (!NAME.test(name) || TAKEN.includes(name)) {
      throw new PlatformError(this, {
        what: `'${name}' cannot be the name of a database`,
        why: TAKEN.includes(name)
          ? 'a server has a database or a role of that name from the start'
          : 'it also names a role, a secret and a part of a URL',
        fix: 'use up to 40 lower-case letters, digits and dashes, starting with a letter, that no server has',
      });
    }
    if (this.names.has(name)) {
      throw new PlatformError(this, {
        what: `database '${name}' is asked for twice`,
        why: 'two applications in one database share its tables, and one migrates away what the other needs',
        fix: 'give each consumer a database of its own name',
      });
    }
    for (const extension of extensions) {
      if (EXTENSIONS.includes(extension)) continue;
      throw new PlatformError(this, {
        what: `'${extension}' is no extension that the server has${didYouMean(extension, EXTENSIONS)}`,
        why: 'CREATE EXTENSION fails, and the database is never ready',
        fix: `name one of ${EXTENSIONS.join(', ')}`,
      });
    }
    this.names.add(name);
    for (const pods of props.pods) this.admit(pods, name);
    return this.connection(consumer, { ...props, extensions });
  }

  /** The way to the server for these pods. */
  protected abstract admit(pods: PodGroup, database: string): void;

  /** Make database and role, and write the secret below the consumer. */
  protected abstract connection(consumer: Construct, props: Required<DatabaseProps>): ISecret;

  /** Name and password of a role, in the server's namespace. */
  protected role(name: string): GeneratedSecret {
    return new GeneratedSecret(this, `${name}-role`, {
      name: `${name}-role`,
      generate: { password: {} },
      literals: { username: name },
      type: 'kubernetes.io/basic-auth',
      // CloudNativePG takes a changed password at once only from secrets that say so.
      labels: { 'cnpg.io/reload': 'true' },
    });
  }
}

class ExistingPostgres extends Postgres {
  constructor(
    scope: Construct,
    id: string,
    private readonly attributes: PostgresAttributes,
  ) {
    super(scope, id);
  }

  protected override admit(pods: PodGroup, database: string): void {
    const { lies = 'database', port = 5432 } = this.attributes;
    pods.reach(lies, { port, why: `database ${database}` });
  }

  protected override connection(consumer: Construct, { name, extensions }: Required<DatabaseProps>): ISecret {
    const needs = extensions.length ? `, with the extensions ${extensions.join(', ')}` : '';
    return new SuppliedSecret(consumer, `${name}-postgres`, {
      name: `${name}-postgres`,
      keys: CONNECTION_KEYS,
      path: `postgres/${name}`,
      why: `connection of database '${name}' on a server that is not ours${needs}`,
    });
  }
}
