import type { Labels, RenderedObject } from '../../core';
import type { Reference } from './reference';

interface RoleBinding {
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
}

interface ClaimSpec {
  readonly storageClassName?: string;
  readonly volumeName?: string;
}

/** Labels by which a Job names what lets it in. */
function queueReferences(
  labels: Labels | undefined,
  namespace: string | undefined,
  add: (at: string, kind: string, name: string | undefined, namespace?: string) => void,
): void {
  const of = (label: string) => labels?.[`kueue.x-k8s.io/${label}`];
  add('label kueue.x-k8s.io/queue-name', 'LocalQueue', of('queue-name'), namespace);
  add('label kueue.x-k8s.io/priority-class', 'WorkloadPriorityClass', of('priority-class'));
}

/** What built-in kinds other than pods name: roles, accounts, classes. */
export function objectReferences({ id: object, json }: RenderedObject): Reference[] {
  const found: Reference[] = [];
  const add = (at: string, kind: string, name: string | undefined, namespace?: string) => {
    if (name) found.push({ object, at, kind, name, ...(namespace ? { namespace } : {}) });
  };
  const namespace = json.metadata.namespace;
  switch (json.kind) {
    case 'RoleBinding':
    case 'ClusterRoleBinding': {
      const { roleRef, subjects = [] } = json as RoleBinding & typeof json;
      if (roleRef)
        add('roleRef', roleRef.kind, roleRef.name, roleRef.kind === 'Role' ? namespace : undefined);
      for (const subject of subjects) {
        if (subject.kind === 'ServiceAccount')
          add('subjects', 'ServiceAccount', subject.name, subject.namespace);
      }
      break;
    }
    case 'PersistentVolumeClaim':
      add('storageClassName', 'StorageClass', (json.spec as ClaimSpec | undefined)?.storageClassName);
      add('volumeName', 'PersistentVolume', (json.spec as ClaimSpec | undefined)?.volumeName);
      break;
    case 'PersistentVolume':
      add('csi.driver', 'CSIDriver', (json.spec as { csi?: { driver: string } } | undefined)?.csi?.driver);
      break;
    case 'Job':
      queueReferences(json.metadata.labels, namespace, add);
      break;
    case 'CronJob': {
      const { jobTemplate } = (json.spec ?? {}) as { jobTemplate?: Pick<typeof json, 'metadata'> };
      queueReferences(jobTemplate?.metadata?.labels, namespace, add);
      break;
    }
    case 'StatefulSet': {
      const { volumeClaimTemplates = [] } = json.spec as {
        volumeClaimTemplates?: readonly { metadata: { name: string }; spec?: ClaimSpec }[];
      };
      for (const { metadata, spec } of volumeClaimTemplates)
        add(`claim '${metadata.name}'`, 'StorageClass', spec?.storageClassName);
      break;
    }
    case 'ServiceAccount': {
      const { imagePullSecrets = [] } = json as { imagePullSecrets?: readonly { name: string }[] };
      for (const { name } of imagePullSecrets) add('imagePullSecrets', 'Secret', name, namespace);
      break;
    }
    case 'Ingress': {
      const { ingressClassName, tls = [] } = (json.spec ?? {}) as {
        ingressClassName?: string;
        tls?: readonly { secretName?: string }[];
      };
      add('ingressClassName', 'IngressClass', ingressClassName);
      for (const { secretName } of tls) add('tls', 'Secret', secretName, namespace);
    }
  }
  return found;
}
