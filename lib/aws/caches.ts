import { type CacheNeed, cut } from '../core';
import type { Site } from './foundation-input';
import type { KeyDomain } from './keys';
import { PASSWORD, type PasswordPlan, planSecret, type SecretPlan } from './secrets';
import { portOf, type SubnetGroupPlan } from './store-network';

/** An ElastiCache replication group of one shard. */
export interface CachePlan {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly engine: 'valkey';
  readonly engineVersion: string;
  readonly nodeType: string;
  /** The primary and its copies. */
  readonly nodes: number;
  readonly failover: boolean;
  readonly multiAz: boolean;
  readonly key: KeyDomain;
  readonly encryptedAtRest: boolean;
  readonly tls: 'required';
  readonly network: SubnetGroupPlan['id'];
  readonly port: number;
  /** Days of daily snapshots; 0 takes none. */
  readonly snapshotDays: number;
  readonly autoMinorUpgrade: boolean;
  readonly parameterGroup: {
    readonly name: string;
    readonly family: string;
    readonly description: string;
    readonly parameters: Readonly<Record<string, string>>;
  };
  readonly token: PasswordPlan;
  /** The token alone: CloudFormation cannot put the host of a cache beside the token that the cache needs first. */
  readonly tokenSecret: SecretPlan;
  /** Keys host, port, password. */
  readonly secret: SecretPlan;
  /** Take a last snapshot before deletion. Its secrets go with it: a cache restored from it gets new ones. */
  readonly keep: boolean;
  readonly finalSnapshot: string;
}

export function planCache(site: Site, need: CacheNeed): CachePlan {
  const name = cut(`${site.name}-${need.name}`, 40);
  const family = `valkey${need.engineVersion.split('.')[0]}`;
  // What may be evicted is not worth a backup.
  const lasting = need.maxmemoryPolicy === 'noeviction' || need.keep;
  return {
    id: need.name,
    name,
    description: `Cache ${need.name} of ${site.name}`,
    engine: 'valkey',
    engineVersion: need.engineVersion,
    nodeType: need.nodeType,
    nodes: need.replicas + 1,
    failover: need.replicas > 0,
    multiAz: need.replicas > 0,
    key: 'caches',
    encryptedAtRest: true,
    tls: 'required',
    network: 'caches',
    port: portOf('caches'),
    snapshotDays: lasting ? Math.min(site.policy.retentionDays, 35) : 0,
    autoMinorUpgrade: false,
    parameterGroup: {
      name: cut(`${site.name}-${need.name}-${family}`, 255),
      family,
      description: `Settings of ${name}`,
      parameters: { 'maxmemory-policy': need.maxmemoryPolicy },
    },
    token: PASSWORD,
    tokenSecret: planSecret(site, `${need.secretPath}/token`, `Token of ${name}`, false),
    secret: planSecret(site, need.secretPath, `Connection of ${name}`, false),
    finalSnapshot: `${name}-final`,
    keep: need.keep,
  };
}
