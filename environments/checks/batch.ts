import { didYouMean } from '../../lib/core/nearest';
import { type Checking, type Draft, entriesOf } from './draft';

/** Batch work against the pools it names. */
export function checkBatch(draft: Draft, checking: Checking): void {
  const { batch, pools, tier } = draft;
  const { fault, written } = checking;
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
  checkJobs(draft, checking);
}

/** Jobs against their queue, the models and each other. */
function checkJobs({ batch, models }: Draft, { fault }: Checking): void {
  const jobs = entriesOf(batch?.jobs);
  for (const [name, { pool, input, output }] of jobs) {
    const path = `batch.jobs.${name}`;
    if (Object.hasOwn(models ?? {}, name)) {
      fault(path, `'${name}' is a model here too; give one of the two another name`);
    }
    if (pool && batch?.pools && !batch.pools.includes(pool)) {
      const queues = batch.pools.flatMap((other) => other ?? []);
      fault(`${path}.pool`, `'${pool}' has no queue${didYouMean(pool, queues) || '; add it to batch.pools'}`);
    }
    if (input && output && (within(input, output) || within(output, input))) {
      fault(
        `${path}.output`,
        `'${output}' and the input, '${input}', lie in each other; answers would be asked`,
      );
    }
    const twin = jobs.find(
      ([other, { output: its }]) =>
        other !== name && output && its && (within(output, its) || within(its, output)),
    );
    if (twin && twin[0] < name) {
      fault(
        `${path}.output`,
        `'${twin[0]}' writes there too, and each would take the other's shards for done`,
      );
    }
  }
}

const within = (inner: string, outer: string): boolean => `${inner}/`.startsWith(`${outer}/`);

/** Namespaces of the platform and of Kubernetes. */
export const PLATFORM_NAMESPACES: readonly string[] = [
  ...['agentgateway', 'argo-rollouts', 'batch', 'cert-manager', 'data', 'default', 'edge'],
  ...['envoy-gateway', 'external-secrets', 'gateway', 'gpu-operator', 'istio-system', 'kserve'],
  ...['kube-node-lease', 'kube-public', 'kube-system', 'kueue-system', 'langfuse', 'load-balancer'],
  ...['lws-system', 'milvus', 'monitoring', 'mount-s3', 'node-exporter', 'node-weights', 'operators'],
  ...['serving', 'vpa'],
];
