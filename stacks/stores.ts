import type { Construct } from 'constructs';
import type { Environment } from '../environments';
import type { ICache, IObjectStore, IPostgres } from '../lib/contracts';
import type { PodGroup } from '../lib/core';
import {
  CnpgPostgres,
  ElastiCacheValkey,
  RdsPostgres,
  S3Store,
  SeaweedStore,
  ValkeyCache,
} from '../lib/data';

type Data = Environment['data'];

/** PostgreSQL as the file asks for it: run by AWS, or by CloudNativePG in the cluster. */
export function postgres(scope: Construct, props: Data['postgres'], operator?: PodGroup): IPostgres {
  if (props.kind === 'rds') {
    const { class: instanceClass, storageGiB } = props;
    return new RdsPostgres(scope, 'postgres', { instanceClass, storageGiB });
  }
  return new CnpgPostgres(scope, 'postgres', { ...props, operator });
}

/** A cache or a queue: two roles, never one server for both. */
export function valkey(scope: Construct, role: 'cache' | 'queue', props: Data['cache']): ICache {
  if (props.kind === 'elasticache') return new ElastiCacheValkey(scope, role, { role, nodeType: props.node });
  return new ValkeyCache(scope, role, { role, memoryGiB: props.memoryGiB });
}

/** Buckets: S3, or SeaweedFS where there is no AWS. */
export function objects(scope: Construct, { kind }: Data['objects']): IObjectStore {
  return kind === 's3' ? new S3Store(scope, 'objects') : new SeaweedStore(scope, 'objects');
}
