import { type KubeObject, type PodsFact, PRIORITIES } from '../core';
import type { ApiClient, LiveObject, Target } from './api-client';
import { eventsOf } from './events';
import { TooSlowError, until } from './poll';

const CLAIM = { apiVersion: 'karpenter.sh/v1', kind: 'NodeClaim' } as const;

interface Scaler {
  readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind?: string; readonly name: string };
  readonly minReplicaCount?: number;
}

/** Do what KEDA does at once and without asking any metric: bring what it scales to its minimum. */
export async function scaleToMinimum(api: ApiClient, objects: readonly KubeObject[]): Promise<void> {
  for (const { metadata, spec } of objects.filter(({ kind }) => kind === 'ScaledObject')) {
    const { scaleTargetRef, minReplicaCount = 0 } = spec as Scaler;
    const { apiVersion = 'apps/v1', kind = 'Deployment', name } = scaleTargetRef;
    const target = { apiVersion, kind, metadata: { name, namespace: metadata.namespace } };
    if (await api.get(target)) await api.patch(target, { spec: { replicas: minReplicaCount } }, 'scale');
  }
}

/** Scale everything that something would scale to its maximum; says what was scaled. */
export async function scaleToMaximum(api: ApiClient, pods: readonly PodsFact[]): Promise<string[]> {
  const scaled = pods.filter(
    ({ owner, maker, replicas, maxReplicas }) =>
      maker === 'object' && !owner.includes('#') && replicas !== 'node' && maxReplicas > replicas,
  );
  for (const { owner, maxReplicas } of scaled) {
    await api.patch(targetOf(owner), { spec: { replicas: maxReplicas } }, 'scale');
  }
  return scaled.map(({ owner, maxReplicas }) => `${owner} to ${maxReplicas}`);
}

/** Roll the Deployment that is hardest to roll, the one with the most GPUs a pod; says which. */
export async function rollOne(api: ApiClient, pods: readonly PodsFact[]): Promise<string | undefined> {
  const [hardest] = pods
    .filter(({ owner, maker }) => maker === 'object' && owner.startsWith('Deployment/'))
    .filter(({ template }) => template.spec.priorityClassName !== PRIORITIES.spare.name)
    .sort((a, b) => gpusOf(b) - gpusOf(a));
  if (!hardest) return undefined;
  const annotations = { 'nexus.dev/rolled': '1' };
  await api.patch(targetOf(hardest.owner), { spec: { template: { metadata: { annotations } } } });
  return hardest.owner;
}

/** A spot node that was taken away, or could not be. */
export interface Interruption {
  readonly node: string;
  /** Why it is still there, in Karpenter's words. */
  readonly held?: readonly string[];
}

const DRAINED_SECONDS = 60;

/** Take the spot node with the most pods away, as AWS does, and wait until it is gone. */
export async function interruptSpot(
  api: ApiClient,
  pods: readonly LiveObject[],
): Promise<Interruption | undefined> {
  const claims = (await api.list(CLAIM.apiVersion, CLAIM.kind)).filter(
    ({ metadata }) => metadata.labels?.['karpenter.sh/capacity-type'] === 'spot',
  );
  const podsOn = (claim: LiveObject) =>
    pods.filter(({ spec }) => (spec as { nodeName?: string }).nodeName === nodeOf(claim)).length;
  const [claim] = claims.sort((a, b) => podsOn(b) - podsOn(a));
  if (!claim) return undefined;
  const { labels = {}, name } = claim.metadata;
  const target = { ...CLAIM, metadata: { name } };
  const node = `${labels['node.kubernetes.io/instance-type']} of pool ${labels['karpenter.sh/nodepool']}`;
  await api.delete(target);
  try {
    await until(`${name} being drained`, DRAINED_SECONDS, async () => !(await api.get(target)) || undefined);
    return { node };
  } catch (error) {
    if (!(error instanceof TooSlowError)) throw error;
    const held = (await eventsOf(api, ['FailedDraining', 'DisruptionBlocked']))
      .filter(({ involvedObject }) => [name, nodeOf(claim)].includes(involvedObject.name))
      .map(({ message }) => message);
    return { node, held: [...new Set(held)] };
  }
}

const nodeOf = (claim: LiveObject) => ((claim.status ?? {}) as { nodeName?: string }).nodeName;

function targetOf(owner: string): Target {
  const [kind, namespace, name] = owner.split('/');
  return { apiVersion: 'apps/v1', kind, metadata: { namespace, name } };
}

function gpusOf({ template }: PodsFact): number {
  const wanted = template.spec.containers.map(({ resources }) =>
    Number(resources?.limits?.['nvidia.com/gpu'] ?? 0),
  );
  return wanted.reduce((sum, gpus) => sum + gpus, 0);
}
