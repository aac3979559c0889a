import { didYouMean } from '../../lib/core/nearest';
import type { Checking, Draft } from './draft';

/** Batch work against the pools it names. */
export function checkBatch({ batch, pools, tier }: Draft, { fault, written }: Checking): void {
  if (!written('batch')) return;
  if (!written('aws') || tier === 'local') {
    fault('batch', "nothing reads this in an environment without 'aws', which has no pools; drop it");
    return;
  }
  for (const [index, name] of (batch?.pools ?? []).entries()) {
    if (!name || !pools) continue;
    const path = `batch.pools[${index}]`;
    const pool = Object.hasOwn(pools, name) ? pools[name] : undefined;
    if (pool && 'cpu' in pool) {
      fault(path, `'${name}' has no GPUs, and everything without a GPU runs there; name a pool with gpu`);
    } else if (!pool && !written(`pools.${name}`)) {
      fault(path, `'${name}' is not a pool here${didYouMean(name, Object.keys(pools))}`);
    }
  }
  for (const [index, name] of (batch?.namespaces ?? []).entries()) {
    if (name && PLATFORM_NAMESPACES.includes(name)) {
      fault(`batch.namespaces[${index}]`, `'${name}' is there already; name one of your own`);
    }
  }
}

/** Namespaces of the platform and of Kubernetes. */
export const PLATFORM_NAMESPACES: readonly string[] = [
  ...['batch', 'cert-manager', 'data', 'default', 'external-secrets', 'gateway', 'gpu-operator'],
  ...['kube-node-lease', 'kube-public', 'kube-system', 'kueue-system', 'langfuse', 'milvus', 'monitoring'],
  ...['node-exporter', 'operators', 'serving'],
];
