import { nearest } from '../../core';
import type { Index } from '../index-of';
import type { Refusal } from '../proof';

/** One object's word that another exists. */
export interface Reference {
  /** Who refers. */
  readonly object: string;
  /** Where in it: "env TOKEN of container 'web'". */
  readonly at: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for what has none. */
  readonly namespace?: string;
  /** Key of a Secret or ConfigMap. */
  readonly key?: string;
}

/** What happens on the cluster when it is missing. */
const WHY: Readonly<Record<string, string>> = {
  Secret: 'the container is never created (CreateContainerConfigError), or its operator waits for ever',
  ConfigMap: 'the container is never created (CreateContainerConfigError), or its operator waits for ever',
  PersistentVolumeClaim: 'the pod stays Pending: its volume cannot be bound',
  ServiceAccount: 'no pod is created: the ReplicaSet reports "serviceaccount not found"',
  CSIDriver: 'the volume is never mounted: its pods wait in ContainerCreating',
  StorageClass: 'the claim stays Pending, and the pod with it',
  PriorityClass: 'no pod is created: admission refuses the unknown class',
  RuntimeClass: 'no pod is created: admission refuses the unknown class',
  EC2NodeClass: 'the pool is never ready and launches no node',
  TriggerAuthentication: 'KEDA cannot build the scaler: the workload never scales',
  ClusterTriggerAuthentication: 'KEDA cannot build the scaler: the workload never scales',
  SecretStore: 'nothing is fetched: the Secret is never written',
  ClusterSecretStore: 'nothing is fetched: the Secret is never written',
  LocalQueue: 'Kueue never lets the Job in: it stays suspended, and nothing fails',
  WorkloadPriorityClass: 'Kueue refuses the Job: it knows no such class',
  ClusterQueue: 'the queue is never active: its Jobs stay suspended',
  ResourceFlavor: 'the queue is never active: its Jobs stay suspended',
  Role: 'the binding grants nothing',
  ClusterRole: 'the binding grants nothing',
};

const PROVIDED_EVERYWHERE: Readonly<Record<string, (name: string) => boolean>> = {
  ConfigMap: (name) => name === 'kube-root-ca.crt',
  ServiceAccount: (name) => name === 'default',
  PriorityClass: (name) => name === 'system-cluster-critical' || name === 'system-node-critical',
  ClusterRole: (name) =>
    ['cluster-admin', 'admin', 'edit', 'view'].includes(name) || name.startsWith('system:'),
};

const idOf = ({ kind, namespace, name }: Reference) =>
  namespace ? `${kind}/${namespace}/${name}` : `${kind}/${name}`;
const where = (namespace: string | undefined) => (namespace ? ` in namespace '${namespace}'` : '');
const hint = (meant: string | undefined) => (meant ? `; did you mean '${meant}'?` : '');

/** What is wrong with a reference, or undefined when it resolves. */
export function resolve(reference: Reference, index: Index): Refusal | undefined {
  const { object, at, kind, name, namespace, key } = reference;
  if (PROVIDED_EVERYWHERE[kind]?.(name)) return undefined;
  const id = idOf(reference);
  const why = WHY[kind] ?? 'its controller finds nothing under that name and never becomes ready';
  if (!index.has(id)) {
    // Drivers are called alike, and do different things.
    const meant = kind === 'CSIDriver' ? undefined : nearest(name, index.namesOf(kind, namespace));
    return {
      object,
      what: `${at} names ${kind} '${name}'${where(namespace)}, which nothing creates${hint(meant)}`,
      why,
      fix: meant ? `name '${meant}', or create '${name}'` : elsewhere(reference, index),
    };
  }
  if (key === undefined) return undefined;
  const keys = index.keysOf(id);
  if (!keys || keys === 'any' || keys.has(key)) return undefined;
  const meant = nearest(key, keys);
  return {
    object,
    what: `${at} reads key '${key}' of ${kind} '${name}'${where(namespace)}, which has ${[...keys].sort().join(', ') || 'no key'}${hint(meant)}`,
    why,
    fix: meant ? `read '${meant}', or write '${key}'` : `read one of its keys, or write '${key}'`,
  };
}

/** The commonest cause: it exists, but in another namespace. */
function elsewhere({ kind, name, namespace }: Reference, index: Index): string {
  if (!namespace) return `create ${kind} '${name}', or let the release that brings it say so`;
  const found = index.of('Namespace').find(({ json }) => index.has(`${kind}/${json.metadata.name}/${name}`));
  if (!found) return `create ${kind} '${name}'${where(namespace)}, or let whatever brings it say so`;
  return `it exists in namespace '${found.json.metadata.name}', and names do not cross namespaces: create it in '${namespace}' too`;
}
