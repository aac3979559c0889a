import type { Container, PodsFact } from '../../core';
import type { Index } from '../index-of';
import type { Refusal } from '../proof';
import { containerPort, openPorts } from '../services';
import type { Reference } from './reference';

interface Sources {
  readonly secret?: {
    readonly secretName?: string;
    readonly name?: string;
    readonly optional?: boolean;
    readonly items?: readonly { key: string }[];
  };
  readonly configMap?: {
    readonly name?: string;
    readonly optional?: boolean;
    readonly items?: readonly { key: string }[];
  };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly projected?: { readonly sources?: readonly Sources[] };
  readonly ephemeral?: {
    readonly volumeClaimTemplate?: { readonly spec?: { readonly storageClassName?: string } };
  };
  readonly csi?: { readonly nodePublishSecretRef?: { readonly name: string } };
}

/** Everything that a pod of ours names. Pods of charts and operators come with what they need. */
export function podReferences(pods: PodsFact, claimTemplates: readonly string[] = []): Reference[] {
  const { owner: object, namespace, template } = pods;
  const { spec } = template;
  const found: Reference[] = [];
  const add = (at: string, kind: string, name: string | undefined, key?: string) => {
    if (name) found.push({ object, at, kind, name, namespace, ...(key === undefined ? {} : { key }) });
  };

  for (const container of containersOf(pods)) {
    const of = `of container '${container.name}'`;
    for (const { name, valueFrom } of container.env ?? []) {
      const secret = valueFrom?.secretKeyRef;
      const config = valueFrom?.configMapKeyRef;
      if (secret && !secret.optional) add(`env ${name} ${of}`, 'Secret', secret.name, secret.key);
      if (config && !config.optional) add(`env ${name} ${of}`, 'ConfigMap', config.name, config.key);
    }
    for (const from of container.envFrom ?? []) {
      const { secretRef, configMapRef } = from as Record<
        string,
        { name: string; optional?: boolean } | undefined
      >;
      if (secretRef && !secretRef.optional) add(`envFrom ${of}`, 'Secret', secretRef.name);
      if (configMapRef && !configMapRef.optional) add(`envFrom ${of}`, 'ConfigMap', configMapRef.name);
    }
  }
  const source = (
    at: string,
    { secret, configMap, persistentVolumeClaim, projected, csi, ephemeral }: Sources,
  ) => {
    const files = (items: readonly { key: string }[] | undefined) =>
      items?.length ? items.map((i) => i.key) : [undefined];
    if (secret && !secret.optional)
      for (const key of files(secret.items)) add(at, 'Secret', secret.secretName ?? secret.name, key);
    if (configMap && !configMap.optional)
      for (const key of files(configMap.items)) add(at, 'ConfigMap', configMap.name, key);
    if (persistentVolumeClaim && !claimTemplates.includes(persistentVolumeClaim.claimName))
      add(at, 'PersistentVolumeClaim', persistentVolumeClaim.claimName);
    for (const inner of projected?.sources ?? []) source(at, inner);
    add(at, 'Secret', csi?.nodePublishSecretRef?.name);
    const storageClass = ephemeral?.volumeClaimTemplate?.spec?.storageClassName;
    if (storageClass) found.push({ object, at, kind: 'StorageClass', name: storageClass });
  };
  for (const volume of spec.volumes ?? []) source(`volume '${volume.name}'`, volume as Sources);

  add('serviceAccountName', 'ServiceAccount', spec.serviceAccountName);
  const { imagePullSecrets, runtimeClassName } = spec as {
    imagePullSecrets?: readonly { name: string }[];
    runtimeClassName?: string;
  };
  for (const { name } of imagePullSecrets ?? []) add('imagePullSecrets', 'Secret', name);
  if (spec.priorityClassName)
    found.push({ object, at: 'priorityClassName', kind: 'PriorityClass', name: spec.priorityClassName });
  if (runtimeClassName)
    found.push({ object, at: 'runtimeClassName', kind: 'RuntimeClass', name: runtimeClassName });
  return found;
}

/** Probes and hooks on ports that no container opens. */
export function probePorts(pods: PodsFact): { findings: Refusal[]; checked: number } {
  const findings: Refusal[] = [];
  let checked = 0;
  for (const container of containersOf(pods)) {
    for (const name of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const) {
      const probe = container[name];
      const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port ?? probe?.grpc?.port;
      if (port === undefined) continue;
      checked++;
      const own = { ...pods, template: { ...pods.template, spec: { containers: [container] } } };
      // A number may be opened by a neighbour: they share the network.
      if (containerPort(typeof port === 'string' ? own : pods, port) !== undefined) continue;
      const open = openPorts(typeof port === 'string' ? own : pods);
      findings.push({
        object: pods.owner,
        what: `${name} of container '${container.name}' asks port '${port}', which it does not open; it opens ${open.join(', ') || 'none'}`,
        why:
          name === 'readinessProbe'
            ? 'the probe never succeeds: the pod takes no traffic'
            : 'the probe never succeeds: the container is restarted for ever',
        fix: 'probe a port that the container opens, or add it to its ports',
      });
    }
  }
  return { findings, checked };
}

function containersOf({ template: { spec } }: PodsFact): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

/** Names of the claims that a StatefulSet makes for its pods. */
export function claimTemplatesOf(pods: PodsFact, index: Index): readonly string[] {
  const spec = index.object(pods.owner)?.json.spec as
    | { volumeClaimTemplates?: readonly { metadata: { name: string } }[] }
    | undefined;
  return (spec?.volumeClaimTemplates ?? []).map((claim) => claim.metadata.name);
}
