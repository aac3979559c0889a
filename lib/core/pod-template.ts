import { createHash } from 'node:crypto';
import { Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-30';
import type { Construct } from 'constructs';
import { PlatformError } from './errors';
import type { Labels } from './kube';
import { namespaceOf } from './layer';
import { type MountedFolder, mountedFolders, volumeName } from './mounted-folder';
import { ANYWHERE, type Placement, placed } from './placement';
import { SecretRef } from './secret-ref';
import { type SidecarProps, sidecarOf } from './sidecar';

/** A value of an environment variable: plain text, a key of a secret, or a field of the pod. */
export type EnvValue = string | SecretRef | { readonly field: string };

/** Environment variables by name. */
export type EnvVars = Readonly<Record<string, EnvValue>>;

/** What to ask a pod: an HTTP path, an open port, a gRPC health service, or a command. */
export type ProbeTarget =
  | { readonly path: string; readonly port?: string; readonly timeoutSeconds?: number }
  | { readonly tcp: string }
  | { readonly grpc: string; readonly service: string }
  | { readonly command: readonly string[]; readonly timeoutSeconds?: number };

/** Text of a configuration file; a function is called when the manifest is written. */
export type FileText = string | (() => string);

export interface PodResources {
  /** CPU request, such as `500m`. */
  readonly cpu: string;
  /** Memory request and limit, such as `2Gi`. */
  readonly memory: string;
  /**
   * CPU limit.
   * @default - none: throttling a serving process costs latency and protects nobody on its own request
   */
  readonly cpuLimit?: string;
  /** @default 0 */
  readonly gpus?: number;
  /**
   * Resource that the GPUs are asked by.
   * @default 'nvidia.com/gpu'
   */
  readonly gpuResource?: string;
  /**
   * Further devices of a node, by the resource that its plugin offers.
   * @default - none
   */
  readonly devices?: Readonly<Record<string, number>>;
}

/** One container, ours to write. */
export interface ContainerProps {
  /** Repository and tag, or digest, from `lib/core/versions`. */
  readonly image: string;
  /** @default - the image's entrypoint */
  readonly command?: readonly string[];
  /** @default - none */
  readonly args?: readonly string[];
  /**
   * Environment variables; a function is called when the manifest is written, so later calls still count.
   * @default - none
   */
  readonly env?: EnvVars | (() => EnvVars);
  readonly resources: PodResources;
}

/** What both a service and a job say of their pods. */
export interface PodProps extends ContainerProps {
  /**
   * Container ports by name; the Service opens them under the same names.
   * @default - none
   */
  readonly ports?: Readonly<Record<string, number>>;
  /**
   * Files by folder: `{ '/etc/app': { 'config.yaml': text } }`. A change rolls the pods.
   * @default - none
   */
  readonly config?: Readonly<Record<string, Readonly<Record<string, FileText>>>>;
  /**
   * Files from one ConfigMap each, which somebody else writes: `{ '/opt/tools': { name: 'tools' } }`.
   * @default - none
   */
  readonly sharedFiles?: Readonly<Record<string, { readonly name: string }>>;
  /**
   * Files from one secret each: `{ '/etc/tls': secret }`.
   * @default - none
   */
  readonly secretFiles?: Readonly<Record<string, { readonly name: string }>>;
  /**
   * Folders the process writes to, with their size limit; the root file system is read-only. `/tmp` is always one.
   * What takes 10 GiB or more together is requested of the node's disk.
   * @default - '/tmp' of 1Gi
   */
  readonly writable?: Readonly<Record<string, string>>;
  /**
   * Folders that somebody else fills.
   * @default - none
   */
  readonly mounts?: Readonly<Record<string, MountedFolder>>;
  /**
   * Secrets with the logins of registries, for images of the pod and of its folders.
   * @default - none: those of the node
   */
  readonly pullSecrets?: readonly string[];
  /**
   * Disk of the node that is taken beside the folders, in GiB; a function is called when the manifest is written.
   * @default - none
   */
  readonly diskGiB?: number | (() => number);
  /**
   * Shared memory for worker processes, such as `8Gi`.
   * @default - the runtime's 64 MiB
   */
  readonly sharedMemory?: string;
  /**
   * User and group the process runs as; 0 needs a `declare(…, 'elevated', …)` that says why.
   * @default 1000
   */
  readonly user?: number;
  /**
   * Why the root file system must be writable, when it must.
   * @default - it is read-only
   */
  readonly writableRoot?: string;
  /**
   * Containers that run to the end first, in order.
   * @default - none
   */
  readonly init?: Readonly<Record<string, ContainerProps>>;
  /**
   * Containers through which requests reach the main one.
   * @default - none
   */
  readonly sidecars?: Readonly<Record<string, SidecarProps>>;
  /** @default - any untainted node */
  readonly placement?: Placement;
  /**
   * Mount a token for the Kubernetes API.
   * @default false
   */
  readonly apiAccess?: boolean;
  /**
   * Labels besides those that select the pods.
   * @default - none
   */
  readonly podLabels?: Labels;
  /** @default - the cluster's default class */
  readonly priorityClass?: string;
}

/** What the workload around the pods adds. */
export interface PodContext {
  readonly name: string;
  readonly labels: Labels;
  readonly serviceAccount: string;
  readonly probes?: Pick<k8s.Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe' | 'lifecycle'>;
  readonly claims?: Readonly<Record<string, string>>;
  readonly spec?: Partial<k8s.PodSpec>;
}

/** Changes with pod templates and what they mount, but for what is written last, such as files and environments that follow from verbs. */
export const revisionOf = (...templates: readonly (k8s.PodTemplateSpec | PodProps['mounts'])[]): string =>
  createHash('sha256')
    .update(
      templates
        .filter((template) => template !== undefined)
        .map((template) => JSON.stringify(template))
        .join(),
    )
    .digest('hex')
    .slice(0, 8);

/** The one place that writes a pod. Also writes the ConfigMaps it reads. */
export function podTemplate(scope: Construct, props: PodProps, context: PodContext): k8s.PodTemplateSpec {
  const user = props.user ?? 1000;
  const volumes: k8s.Volume[] = [];
  const mounts: k8s.VolumeMount[] = [];
  const mount = (
    name: string,
    mountPath: string,
    source: Omit<k8s.Volume, 'name'> | undefined,
    readOnly = false,
  ) => {
    if (source) volumes.push({ name, ...source });
    mounts.push({ name, mountPath, ...(readOnly ? { readOnly } : {}) });
  };

  const files: FileText[] = [];
  for (const [folder, content] of Object.entries(props.config ?? {})) {
    const name = `${context.name}-${volumeName(folder)}`;
    files.push(...Object.values(content));
    new k8s.KubeConfigMap(scope, `Config-${volumeName(folder)}`, {
      metadata: { name, namespace: namespaceOf(scope), labels: { ...context.labels } },
      data: Object.fromEntries(Object.entries(content).map(([file, text]) => [file, lazy(text)])),
    });
    mount(`config-${volumeName(folder)}`, folder, { configMap: { name } }, true);
  }
  for (const [folder, { name }] of Object.entries(props.sharedFiles ?? {})) {
    mount(`files-${volumeName(folder)}`, folder, { configMap: { name } }, true);
  }
  for (const [folder, secret] of Object.entries(props.secretFiles ?? {})) {
    mount(`secret-${volumeName(folder)}`, folder, { secret: { secretName: secret.name } }, true);
  }
  for (const [folder, size] of Object.entries({ '/tmp': '1Gi', ...props.writable })) {
    mount(volumeName(folder), folder, { emptyDir: { sizeLimit: k8s.Quantity.fromString(size) } });
  }
  for (const [claim, path] of Object.entries(context.claims ?? {})) mount(claim, path, undefined);
  const mounted = mountedFolders(props.mounts);
  volumes.push(...mounted.volumes);
  mounts.push(...mounted.mounts);
  if (props.sharedMemory) {
    mount('shm', '/dev/shm', {
      emptyDir: { medium: 'Memory', sizeLimit: k8s.Quantity.fromString(props.sharedMemory) },
    });
  }

  const container = (
    name: string,
    c: ContainerProps,
    diskGiB: number | (() => number) = 0,
  ): k8s.Container => ({
    name,
    image: c.image,
    ...(c.command ? { command: [...c.command] } : {}),
    ...(c.args ? { args: [...c.args] } : {}),
    ...(c.env ? { env: environment(scope, c.env) } : {}),
    resources: resources(c.resources, diskGiB),
    volumeMounts: mounts,
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      ...(props.writableRoot ? {} : { readOnlyRootFilesystem: true }),
    },
  });
  const ports = Object.entries(props.ports ?? {}).map(([name, containerPort]) => ({ name, containerPort }));
  const init = [
    ...Object.entries(props.init ?? {}).map(([name, c]) => container(name, c)),
    ...Object.entries(props.sidecars ?? {}).map(([name, c]) => sidecarOf(container(name, c), c)),
  ];
  const annotations = files.length ? { 'checksum/config': checksum(files) } : undefined;

  return {
    metadata: { labels: { ...context.labels, ...props.podLabels }, ...(annotations ? { annotations } : {}) },
    spec: {
      serviceAccountName: context.serviceAccount,
      automountServiceAccountToken: props.apiAccess ?? false,
      // A Service called `vllm` would inject VLLM_PORT=tcp://… and break the start.
      enableServiceLinks: false,
      securityContext: {
        ...(user ? { runAsNonRoot: true } : {}),
        runAsUser: user,
        runAsGroup: user,
        fsGroup: user,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...placed(props.placement ?? ANYWHERE),
      ...(props.priorityClass ? { priorityClassName: props.priorityClass } : {}),
      ...(props.pullSecrets?.length ? { imagePullSecrets: props.pullSecrets.map((name) => ({ name })) } : {}),
      ...(init.length ? { initContainers: init } : {}),
      containers: [
        {
          ...container(context.name, props, scratchGiB(props)),
          ...(ports.length ? { ports } : {}),
          ...context.probes,
        },
      ],
      ...(volumes.length ? { volumes } : {}),
      ...context.spec,
    },
  };
}

/** Less than this is lost in what images and logs take of a disk. */
const TOLD_GIB = 10;

/** Disk that a pod may fill, as far as the scheduler must know of it. */
function scratchGiB({ writable = {}, diskGiB = 0 }: PodProps): number | (() => number) {
  const sizes = Object.values(writable).map((size) => Number(/^(\d+)Gi$/.exec(size)?.[1] ?? 0));
  const sum = sizes.reduce((total, size) => total + size, 0);
  if (typeof diskGiB === 'function') return () => sum + diskGiB();
  return sum + diskGiB >= TOLD_GIB ? sum + diskGiB : 0;
}

function resources(r: PodResources, diskGiB: number | (() => number)): k8s.ResourceRequirements {
  const quantity = (amounts: Record<string, string | number | undefined>): Record<string, k8s.Quantity> =>
    Object.fromEntries(
      Object.entries(amounts)
        .filter(([, amount]) => amount !== undefined && amount !== 0)
        .map(([name, amount]) => [name, k8s.Quantity.fromString(`${amount}`)]),
    );
  const fixed = {
    memory: r.memory,
    [r.gpuResource ?? 'nvidia.com/gpu']: r.gpus,
    ...r.devices,
  };
  const disk: Record<string, k8s.Quantity> = diskGiB ? { 'ephemeral-storage': gibibytes(diskGiB) } : {};
  return {
    requests: { ...quantity({ cpu: r.cpu, ...fixed }), ...disk },
    limits: quantity({ cpu: r.cpuLimit, ...fixed }),
  };
}

const gibibytes = (size: number | (() => number)): k8s.Quantity =>
  typeof size === 'number'
    ? k8s.Quantity.fromString(`${size}Gi`)
    : (Lazy.any({
        produce: () => k8s.Quantity.fromString(`${Math.ceil(size())}Gi`),
      }) as unknown as k8s.Quantity);

function environment(scope: Construct, env: EnvVars | (() => EnvVars)): k8s.EnvVar[] {
  if (typeof env === 'function') {
    return Lazy.any({ produce: () => environment(scope, env()) }) as unknown as k8s.EnvVar[];
  }
  return Object.entries(env).map(([name, value]) => {
    if (typeof value === 'string') return { name, value };
    if (!(value instanceof SecretRef)) return { name, valueFrom: { fieldRef: { fieldPath: value.field } } };
    if (value.namespace !== namespaceOf(scope)) {
      throw new PlatformError(scope, {
        what: `${name} reads Secret '${value.secret}' of namespace '${value.namespace}'`,
        why: `a pod reads only secrets of its own namespace, '${namespaceOf(scope)}'`,
        fix: 'copy it with a ConnectionSecret in the namespace of the pod',
      });
    }
    return { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
  });
}

function lazy(text: FileText): string {
  return typeof text === 'string' ? text : (Lazy.any({ produce: text }) as unknown as string);
}

/** So that every engine rolls the pods when a file changes, and only then. */
function checksum(files: readonly FileText[]): string {
  return Lazy.any({
    produce: () => {
      const hash = createHash('sha256');
      for (const file of files) hash.update(typeof file === 'string' ? file : file()).update('\0');
      return hash.digest('hex').slice(0, 16);
    },
  }) as unknown as string;
}
