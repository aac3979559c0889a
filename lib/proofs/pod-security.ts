import type { Container, PodSpec, PodTemplate, SecurityContext } from '../core';

/** Levels of the Pod Security Standards, strictest first. */
export const LEVELS = ['restricted', 'baseline', 'privileged'] as const;
export type Level = (typeof LEVELS)[number];

/** Something a pod does that only this level, or a laxer one, allows. */
interface Need {
  readonly level: Exclude<Level, 'restricted'>;
  readonly what: string;
}

/** The fields of a security context that only some of our own code writes. */
interface Context extends SecurityContext {
  readonly procMount?: string;
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string };
  readonly appArmorProfile?: { readonly type: string };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
  readonly sysctls?: readonly { readonly name: string }[];
}

const BASELINE_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);
const RESTRICTED_VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** Everything in a pod that the restricted level of Kubernetes 1.36 would refuse. */
export function needsOf({ spec }: PodTemplate): Need[] {
  const needs: Need[] = [];
  const add = (level: Need['level'], what: string) => needs.push({ level, what });
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC'] as const) {
    if (spec[field]) add('privileged', `sets ${field}`);
  }
  for (const volume of spec.volumes ?? []) {
    if (volume.hostPath) add('privileged', `mounts the host's ${volume.hostPath.path}`);
    for (const source of Object.keys(volume)) {
      if (source === 'name' || source === 'hostPath' || RESTRICTED_VOLUMES.has(source)) continue;
      add('baseline', `volume '${volume.name}' is of type ${source}`);
    }
  }
  const pod = (spec.securityContext ?? {}) as Context;
  common(pod, 'the pod', add);
  for (const { name } of pod.sysctls ?? [])
    if (!SAFE_SYSCTLS.has(name)) add('privileged', `sets sysctl ${name}`);
  for (const container of containersOf(spec)) containerNeeds(container, pod, add);
  return needs;
}

/** The strictest level that admits a pod with these needs. */
export function levelFor(needs: readonly Need[]): Level {
  if (needs.some((need) => need.level === 'privileged')) return 'privileged';
  return needs.length ? 'baseline' : 'restricted';
}

/** Whether a namespace of one level admits what needs another. */
export const admits = (namespace: Level, needed: Level): boolean =>
  LEVELS.indexOf(namespace) >= LEVELS.indexOf(needed);

type Add = (level: Need['level'], what: string) => void;

const containersOf = (spec: PodSpec): readonly Container[] => {
  const { ephemeralContainers = [] } = spec as { ephemeralContainers?: readonly Container[] };
  return [...(spec.initContainers ?? []), ...spec.containers, ...ephemeralContainers];
};

/** Settings that pod and container have alike. */
function common(context: Context, who: string, add: Add): void {
  const { seLinuxOptions: selinux } = context;
  if (selinux && (!SELINUX_TYPES.includes(selinux.type ?? '') || selinux.user || selinux.role))
    add('privileged', `${who} sets SELinux options`);
  if (context.appArmorProfile?.type === 'Unconfined') add('privileged', `${who} switches AppArmor off`);
  if (context.seccompProfile?.type === 'Unconfined') add('privileged', `${who} switches seccomp off`);
  if (context.windowsOptions?.hostProcess) add('privileged', `${who} is a Windows host process`);
  if (context.runAsUser === 0) add('baseline', `${who} runs as user 0`);
  if (context.runAsNonRoot === false) add('baseline', `${who} may run as root`);
}

function containerNeeds(container: Container, pod: Context, add: Add): void {
  const who = `container '${container.name}'`;
  const context = (container.securityContext ?? {}) as Context;
  const { capabilities } = context;
  common(context, who, add);
  if (context.privileged) add('privileged', `${who} is privileged`);
  if (context.procMount && context.procMount !== 'Default')
    add('privileged', `${who} mounts /proc ${context.procMount}`);
  if ((container.ports ?? []).some((port) => port.hostPort))
    add('privileged', `${who} opens a port of the host`);
  for (const capability of capabilities?.add ?? []) {
    if (capability === 'NET_BIND_SERVICE') continue;
    add(BASELINE_CAPABILITIES.has(capability) ? 'baseline' : 'privileged', `${who} adds ${capability}`);
  }
  for (const name of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const) {
    const { httpGet, tcpSocket } = (container[name] ?? {}) as {
      httpGet?: { host?: string };
      tcpSocket?: { host?: string };
    };
    if (httpGet?.host || tcpSocket?.host) add('privileged', `${who} probes another host`);
  }
  if (context.allowPrivilegeEscalation !== false) add('baseline', `${who} allows privilege escalation`);
  if (!capabilities?.drop?.includes('ALL')) add('baseline', `${who} does not drop ALL capabilities`);
  if (!(context.runAsNonRoot ?? pod.runAsNonRoot)) add('baseline', `${who} is not told to run as non-root`);
  if (!(context.seccompProfile ?? pod.seccompProfile)) add('baseline', `${who} has no seccomp profile`);
}
