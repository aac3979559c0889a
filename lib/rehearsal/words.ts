import type { Finding } from '../core';
import type { ApiClient, LiveObject } from './api-client';
import { eventsOf, type Happening } from './events';
import { makerOf, type Observed } from './observe';

/** A workload that did not come to what it should be, and why. */
export interface Stuck {
  readonly owner: string;
  readonly wanted: number;
  readonly ready: number;
  /** What scheduler, Karpenter and admission say. */
  readonly kubernetes: readonly string[];
  /** What our proofs say of it. */
  readonly proofs: readonly string[];
}

interface PodStatus {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly message?: string;
  }[];
}

/** Events that say why there is no pod, or why it has no node. */
const TELLING = ['FailedScheduling', 'FailedCreate'];

/** Why these workloads are not what they should be, in Kubernetes' own words beside our proofs'. */
export async function wordsFor(
  api: ApiClient,
  { pods, workloads }: Observed,
  stuck: ReadonlySet<string>,
  findings: readonly Finding[],
): Promise<Stuck[]> {
  if (stuck.size === 0) return [];
  // The scheduler's own events repeat the condition of the pod.
  const happenings = (await eventsOf(api, TELLING)).filter((one) => !isOfScheduler(one));
  return workloads
    .filter(({ owner }) => stuck.has(owner))
    .map(({ owner, object, wanted, ready }) => {
      const id = `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
      const pending = pods.filter((pod) => makerOf(pod) === id && isPending(pod));
      const about = happenings.filter(({ involvedObject: { kind, name, namespace } }) => {
        if (kind === 'Pod')
          return pending.some((pod) => pod.metadata.name === name && pod.metadata.namespace === namespace);
        const metadata = { ...object.metadata, ownerReferences: [{ kind, name }] };
        return makerOf({ metadata: { ...metadata, namespace } }) === id;
      });
      // Pods of one workload mostly wait for the same reason, told in ever new words: the newest of each will do.
      const told = TELLING.flatMap((reason) => about.find((one) => one.reason === reason)?.message ?? []);
      const said = [...pending.flatMap(conditionWords).slice(0, 1), ...told];
      return { owner, wanted, ready, kubernetes: said, proofs: proofsOf(owner, findings) };
    });
}

const isOfScheduler = ({ reportingComponent, source }: Happening) =>
  (reportingComponent || source?.component) === 'default-scheduler';

const isPending = ({ status }: LiveObject) => (status as { phase?: string }).phase === 'Pending';

function conditionWords({ status }: LiveObject): string[] {
  return ((status as PodStatus).conditions ?? [])
    .filter((condition) => condition.type === 'PodScheduled' && condition.status === 'False')
    .flatMap(({ message }) => (message ? [message] : []));
}

/** Findings on the workload, or on the release or custom resource that makes it. */
function proofsOf(owner: string, findings: readonly Finding[]): string[] {
  return findings
    .filter(({ object }) => object === owner || owner.startsWith(`${object}#`))
    .map(({ proof, what, why }) => `[${proof}] ${what}: ${why}`);
}
