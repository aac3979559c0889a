import type { KubeObject, RenderedObject } from '../../core';
import { walk } from '../walk';
import type { Reference } from './reference';

interface Named {
  readonly name?: string;
  readonly key?: string;
  readonly namespace?: string;
  readonly kind?: string;
  readonly type?: string;
}

/** `secretKeyRef`, `passwordSecret`, `credentials`: an object of that field names a Secret. */
const SECRET_OBJECT =
  /^(secret|credentials|[a-zA-Z]*Secret|[a-zA-Z]*[sS]ecretRef|[a-zA-Z]*[sS]ecretKeyRef|secretKeySelector)$/;
const SECRET_TEXT = /^(secretName|secretRef)$/;
const CONFIG_MAP_OBJECT = /^(configMap|configMapRef|configMapKeyRef)$/;

/** Fields that name what their controller will write, not what it reads. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  Certificate: ['spec.secretName'],
  Issuer: ['spec.acme.privateKeySecretRef'],
  ClusterIssuer: ['spec.acme.privateKeySecretRef'],
};

const STORES = ['SecretStore', 'ClusterSecretStore'];

/** What a custom resource names, by the field names that all operators use. */
export function customReferences(rendered: RenderedObject): Reference[] {
  const { id: object, json } = rendered;
  // What it fetches is named in its own way, below.
  if (json.kind === 'ExternalSecret') return externalSecret(object, json);
  const own = json.metadata.namespace;
  const found: Reference[] = [];
  const writes = WRITES[json.kind] ?? [];
  const add = (at: string, kind: string, name: unknown, namespace: string | undefined, key?: string) => {
    // In a cluster-scoped object without a namespace the operator decides where it looks.
    if (typeof name !== 'string' || !name || !namespace) return;
    found.push({ object, at, kind, name, namespace, ...(key ? { key } : {}) });
  };

  walk(json.spec, (field, value, below, parent) => {
    const at = `spec.${below}`;
    if (writes.includes(at)) return;
    if (typeof value === 'string') {
      if (!value) return;
      const namespace = (parent.namespace as string | undefined) ?? own;
      if (SECRET_TEXT.test(field) && !parent.optional) add(at, 'Secret', value, namespace);
      else if (field === 'serviceAccountName') add(at, 'ServiceAccount', value, own);
      else if (field === 'claimName') add(at, 'PersistentVolumeClaim', value, own);
      else if (field === 'storageClass' || field === 'storageClassName')
        found.push({ object, at, kind: 'StorageClass', name: value });
      else if (field === 'priorityClassName') found.push({ object, at, kind: 'PriorityClass', name: value });
      return;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const named = value as Named & { optional?: boolean };
    if (named.optional || typeof named.name !== 'string') return;
    const namespace = named.namespace ?? own;
    if (SECRET_OBJECT.test(field)) add(at, 'Secret', named.name, namespace, named.key);
    else if (CONFIG_MAP_OBJECT.test(field)) add(at, 'ConfigMap', named.name, namespace, named.key);
    else if (field === 'caProvider') add(at, named.type ?? 'Secret', named.name, namespace, named.key);
    else if (field === 'serviceAccountRef' || (field === 'serviceAccount' && STORES.includes(json.kind)))
      add(at, 'ServiceAccount', named.name, namespace);
  });
  return [...found, ...byKind(object, json)];
}

interface StoreRef {
  readonly kind?: string;
  readonly name: string;
}

function externalSecret(object: string, json: KubeObject): Reference[] {
  const namespace = json.metadata.namespace;
  const spec = (json.spec ?? {}) as {
    secretStoreRef?: StoreRef;
    data?: readonly { secretKey: string; sourceRef?: { storeRef?: StoreRef } }[];
    dataFrom?: readonly {
      sourceRef?: { storeRef?: StoreRef; generatorRef?: { kind: string; name: string } };
    }[];
  };
  const found: Reference[] = [];
  const store = (at: string, ref: StoreRef | undefined) => {
    if (!ref) return;
    const kind = ref.kind ?? 'SecretStore';
    found.push({
      object,
      at,
      kind,
      name: ref.name,
      ...(kind === 'SecretStore' && namespace ? { namespace } : {}),
    });
  };
  store('secretStoreRef', spec.secretStoreRef);
  for (const { secretKey, sourceRef } of spec.data ?? []) store(`key '${secretKey}'`, sourceRef?.storeRef);
  for (const { sourceRef } of spec.dataFrom ?? []) {
    store('dataFrom', sourceRef?.storeRef);
    const generator = sourceRef?.generatorRef;
    if (generator && namespace)
      found.push({ object, at: 'dataFrom', kind: generator.kind, name: generator.name, namespace });
  }
  return found;
}

type Spec = Readonly<Record<string, { readonly name?: string; readonly kind?: string } | undefined>>;

const STRIMZI = 'strimzi.io/cluster';

/** What only one kind names in its way. */
function byKind(object: string, json: KubeObject): Reference[] {
  const namespace = json.metadata.namespace;
  const spec = (json.spec ?? {}) as Spec;
  const local = (at: string, kind: string, name: string | undefined): Reference[] =>
    name && namespace ? [{ object, at, kind, name, namespace }] : [];
  switch (json.kind) {
    case 'NodePool': {
      const { nodeClassRef: ref } = ((json.spec as { template?: { spec?: Spec } }).template?.spec ??
        {}) as Spec;
      return ref?.name
        ? [{ object, at: 'nodeClassRef', kind: ref.kind ?? 'EC2NodeClass', name: ref.name }]
        : [];
    }
    case 'KafkaTopic':
    case 'KafkaUser':
    case 'KafkaNodePool':
      return local(`label ${STRIMZI}`, 'Kafka', json.metadata.labels?.[STRIMZI]);
    case 'Database':
    case 'Pooler':
    case 'ScheduledBackup':
      return json.apiVersion.startsWith('postgresql.cnpg.io/')
        ? local('spec.cluster', 'Cluster', spec.cluster?.name)
        : [];
    case 'ScaledObject':
    case 'ScaledJob': {
      const { triggers = [] } = (json.spec ?? {}) as {
        triggers?: readonly { type?: string; authenticationRef?: { name: string; kind?: string } }[];
      };
      return triggers.flatMap(({ type, authenticationRef: ref }) => {
        if (!ref) return [];
        const at = `trigger '${type}'`;
        return ref.kind === 'ClusterTriggerAuthentication'
          ? [{ object, at, kind: ref.kind, name: ref.name }]
          : local(at, 'TriggerAuthentication', ref.name);
      });
    }
    case 'LocalQueue': {
      const { clusterQueue } = json.spec as { clusterQueue?: string };
      return clusterQueue
        ? [{ object, at: 'spec.clusterQueue', kind: 'ClusterQueue', name: clusterQueue }]
        : [];
    }
    case 'ClusterQueue': {
      const { resourceGroups = [] } = json.spec as {
        resourceGroups?: readonly { flavors?: readonly { name: string }[] }[];
      };
      return resourceGroups.flatMap(({ flavors = [] }) =>
        flavors.map(({ name }) => ({ object, at: 'flavor', kind: 'ResourceFlavor', name })),
      );
    }
    case 'Gateway': {
      const name = (json.spec as { gatewayClassName?: string } | undefined)?.gatewayClassName;
      const listeners = ((json.spec as { listeners?: readonly Listener[] } | undefined)?.listeners ??
        []) as readonly Listener[];
      return [
        ...(name ? [{ object, at: 'gatewayClassName', kind: 'GatewayClass', name }] : []),
        ...listeners.flatMap((listener) =>
          (listener.tls?.certificateRefs ?? []).flatMap((ref) =>
            local(`listener '${listener.name}'`, ref.kind ?? 'Secret', ref.namespace ? undefined : ref.name),
          ),
        ),
      ];
    }
    default:
      return [];
  }
}

interface Listener {
  readonly name: string;
  readonly tls?: {
    readonly certificateRefs?: readonly {
      readonly kind?: string;
      readonly name: string;
      readonly namespace?: string;
    }[];
  };
}
