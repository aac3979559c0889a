import { Construct } from 'constructs';
import type { ICache } from '../contracts';
import {
  ConnectionSecret,
  clusterOf,
  declare,
  engines,
  type ISecret,
  PlatformError,
  type PodGroup,
  policyOf,
  secretPath,
} from '../core';

export interface ElastiCacheValkeyProps {
  /** A cache evicts what was not used for longest; a queue refuses writes instead. */
  readonly role: 'cache' | 'queue';
  /** @default 'cache.t4g.small' */
  readonly nodeType?: string;
  /**
   * Copies beside the primary; with one or more, AWS fails over by itself.
   * @default - 1 where the environment's policy replicates stores, else 0
   */
  readonly replicas?: number;
}

const PORT = 6379;

/** Amazon ElastiCache for Valkey on nodes, with TLS and a token; the id is its name. */
export class ElastiCacheValkey extends Construct implements ICache {
  public readonly role: 'cache' | 'queue';
  public readonly port = PORT;
  public readonly tls = true;
  private readonly path: string;

  constructor(scope: Construct, id: string, props: ElastiCacheValkeyProps) {
    super(scope, id);
    const cluster = clusterOf(this);
    const policy = policyOf(this);
    const { role, nodeType = 'cache.t4g.small', replicas = policy.members > 1 ? 1 : 0 } = props;
    this.role = role;
    if (!cluster.aws) {
      throw new PlatformError(this, {
        what: 'asks for ElastiCache in an environment without AWS',
        why: 'nothing would make the cache, nor the secret with its host',
        fix: `use ValkeyCache (data.${role}.kind: valkey), or give the environment an aws section`,
      });
    }
    if (!nodeType.startsWith('cache.')) {
      throw new PlatformError(this, {
        what: `'nodeType' is '${nodeType}', which is no node`,
        why: 'serverless caches have no parameter group: they always evict, and a queue loses jobs',
        fix: 'name a node type, such as cache.t4g.small or cache.r7g.large',
      });
    }
    this.path = secretPath(cluster, role, id);
    declare(this, 'aws', {
      kind: 'cache',
      name: id,
      engineVersion: engines.elastiCacheValkey,
      nodeType,
      replicas,
      maxmemoryPolicy: role === 'queue' ? 'noeviction' : 'allkeys-lru',
      keep: role === 'queue' && policy.keepData,
      secretPath: this.path,
    });
  }

  public connect(
    consumer: Construct,
    { name, pods }: { readonly name: string; readonly pods: readonly PodGroup[] },
  ): ISecret {
    const secret = `${name}-${this.role}`;
    for (const group of pods) group.reach('database', { port: PORT, why: `${this.role} of ${name}` });
    return new ConnectionSecret(consumer, secret, {
      name: secret,
      sources: [{ from: { path: this.path }, keys: { host: 'host', port: 'port', password: 'password' } }],
      compose: {
        username: 'default',
        uri: 'rediss://default:{{ .password }}@{{ .host }}:{{ .port }}',
      },
    });
  }
}
