import type { KubeObject, PodTemplate, RenderedObject } from '../core';
import type { Index } from './index-of';
import type { Proof, Refusal } from './proof';
import { quantity } from './quantity';
import { demandOf } from './room';

/** Label by which a Job names the queue of its namespace. */
export const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name';

interface ClusterQueueSpec {
  readonly resourceGroups?: readonly {
    readonly flavors?: readonly {
      readonly resources?: readonly { readonly name: string; readonly nominalQuota: string | number }[];
    }[];
  }[];
}

interface QueuedJob {
  readonly queue: string;
  readonly pods: number;
  readonly template: PodTemplate;
}

/**
 * A Job fits the quota of its queue with all of its pods at once; one that never can waits in silence.
 *
 * Fails: a Job that asks for 4 GPUs in the queue of a pool that may have 2.
 */
export const queueAdmitsJobs: Proof = {
  name: 'queue-admits-jobs',
  about: 'Each Job in a queue fits the quota of the queue with all of its pods at once.',
  check({ rendered, index }) {
    const findings: Refusal[] = [];
    let checked = 0;
    for (const object of rendered.objects) {
      const job = queuedJob(object.json);
      const quotas = job && quotasOf(job.queue, object, index);
      if (!quotas) continue;
      checked++;
      const refusal = judged(job, quotas);
      if (refusal) findings.push({ object: object.id, ...refusal });
    }
    return { findings, checked, ...(checked ? {} : { skipped: 'no Job waits in a queue' }) };
  },
};

function queuedJob(json: KubeObject): QueuedJob | undefined {
  type JobSpec = { readonly parallelism?: number; readonly template?: PodTemplate };
  const wrapped = (
    json.spec as { jobTemplate?: Pick<KubeObject, 'metadata'> & { spec?: JobSpec } } | undefined
  )?.jobTemplate;
  const { metadata, spec } =
    json.kind === 'CronJob' && wrapped ? wrapped : { metadata: json.metadata, spec: json.spec as JobSpec };
  const queue = metadata?.labels?.[QUEUE_LABEL];
  if (!['Job', 'CronJob'].includes(json.kind) || !queue || !spec?.template) return undefined;
  return { queue, pods: spec.parallelism ?? 1, template: spec.template };
}

/** The best of its flavors, by resource; undefined for a queue that another proof misses. */
function quotasOf(
  queue: string,
  { json }: RenderedObject,
  index: Index,
): ReadonlyMap<string, number> | undefined {
  const local = index.object(`LocalQueue/${json.metadata.namespace}/${queue}`)?.json.spec;
  const name = (local as { clusterQueue?: string } | undefined)?.clusterQueue;
  const spec = name ? index.object(`ClusterQueue/${name}`)?.json.spec : undefined;
  if (!spec) return undefined;
  const quotas = new Map<string, number>();
  for (const { flavors = [] } of (spec as ClusterQueueSpec).resourceGroups ?? []) {
    for (const { resources = [] } of flavors) {
      for (const { name: resource, nominalQuota } of resources)
        quotas.set(resource, Math.max(quotas.get(resource) ?? 0, quantity(nominalQuota) ?? 0));
    }
  }
  return quotas;
}

function judged({ queue, pods, template }: QueuedJob, quotas: ReadonlyMap<string, number>) {
  const { cpuMillis, memoryMiB, devices } = demandOf(template);
  const asked: readonly (readonly [string, number, number])[] = [
    ['cpu', cpuMillis / 1000, 1],
    ['memory', memoryMiB * 2 ** 20, 2 ** 30],
    ...Object.entries(devices).map(([name, count]) => [name, count, 1] as const),
  ];
  const said = (amount: number, unit: number) =>
    `${Number((amount / unit).toFixed(1))}${unit === 1 ? '' : ' GiB'}`;
  const lacks = asked
    .filter(([name, amount]) => amount > 0 && amount * pods > (quotas.get(name) ?? 0))
    .map(([name, amount, unit]) => {
      const has = quotas.get(name);
      return `${said(amount * pods, unit)} ${name} of ${has === undefined ? 'none' : said(has, unit)}`;
    });
  if (!lacks.length) return undefined;
  return {
    what: `asks more than queue '${queue}' may ever give, with ${pods === 1 ? 'its pod' : `all of its ${pods} pods`}: ${lacks.join(', ')}`,
    why: 'Kueue lets a Job in whole or not at all: it stays suspended, and nothing fails',
    fix: 'ask for less, or raise the limit of the pool',
  };
}
