import { PRIORITIES } from '../core';
import type { ApiClient, LiveObject } from './api-client';
import { STANDS_FOR } from './stand-ins';

/** One thing that makes pods, and how far it is. */
export interface WorkloadState {
  /** As facts and proofs name it: `Deployment/serving/chat`, `Kafka/data/events#broker`. */
  readonly owner: string;
  readonly object: LiveObject;
  readonly wanted: number;
  readonly ready: number;
  /** Everything wanted is there, and nothing old is left. */
  readonly done: boolean;
}

/** What the cluster looks like at one moment. */
export interface Observed {
  readonly workloads: readonly WorkloadState[];
  readonly pods: readonly LiveObject[];
}

const MAKERS = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['batch/v1', 'Job'],
] as const;

/** Look at everything that makes pods, and at the pods. */
export async function observe(api: ApiClient): Promise<Observed> {
  const [pods, ...makers] = await Promise.all([
    api.list('v1', 'Pod'),
    ...MAKERS.map(([apiVersion, kind]) => api.list(apiVersion, kind)),
  ]);
  return { pods, workloads: makers.flat().map(stateOf) };
}

/** The workload that a pod is of, as `Kind/namespace/name`. */
export function makerOf({ metadata }: Pick<LiveObject, 'metadata'>): string | undefined {
  const owner = metadata.ownerReferences?.[0];
  if (!owner) return undefined;
  // A ReplicaSet is its Deployment's name and a hash.
  if (owner.kind === 'ReplicaSet') {
    return `Deployment/${metadata.namespace}/${owner.name.slice(0, owner.name.lastIndexOf('-'))}`;
  }
  return `${owner.kind}/${metadata.namespace}/${owner.name}`;
}

type Numbers = Readonly<Record<string, number | undefined>>;

function stateOf(object: LiveObject): WorkloadState {
  const { kind, metadata } = object;
  const status = (object.status ?? {}) as Numbers;
  const spec = (object.spec ?? {}) as Numbers;
  const owner = metadata.annotations?.[STANDS_FOR] ?? `${kind}/${metadata.namespace}/${metadata.name}`;
  const seen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 1);
  const { wanted, ready, old } = counts(kind, spec, status);
  const there = ready >= wanted && old === 0;
  return { owner, object, wanted, ready, done: (seen || kind === 'Job') && (there || isSpare(object)) };
}

/** Pods that hold a place for others wait by design where a pool is full. */
function isSpare({ spec }: LiveObject): boolean {
  const { template } = (spec ?? {}) as { template?: { spec?: { priorityClassName?: string } } };
  return template?.spec?.priorityClassName === PRIORITIES.spare.name;
}

function counts(
  kind: string,
  spec: Numbers,
  status: Numbers,
): { wanted: number; ready: number; old: number } {
  if (kind === 'Job') {
    const wanted = spec.suspend ? 0 : (spec.completions ?? spec.parallelism ?? 1);
    return { wanted, ready: status.succeeded ?? 0, old: 0 };
  }
  if (kind === 'DaemonSet') {
    const wanted = status.desiredNumberScheduled ?? 0;
    return {
      wanted,
      ready: status.numberReady ?? 0,
      old: wanted - (status.updatedNumberScheduled ?? wanted),
    };
  }
  const wanted = spec.replicas ?? 1;
  const updated = status.updatedReplicas ?? 0;
  // Ready ones of an older template are not what is wanted.
  const ready = Math.min(status.readyReplicas ?? 0, updated, wanted);
  return { wanted, ready, old: (status.replicas ?? 0) - updated };
}
