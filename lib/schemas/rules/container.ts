import { dnsLabel, envName, portName, portNumber } from './names';
import type { Container } from './objects';
import { checkProbes } from './probe';
import { type Report, reportFault, reportNotOne, reportRepeats } from './report';
import { checkResources } from './resources';

/** What a container may refer to in its pod. */
export interface PodNames {
  readonly volumes: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
  readonly hostNetwork: boolean;
}

/** One container of a pod. */
export function checkContainer(container: Container, path: string, pod: PodNames, report: Report): void {
  if (container.name !== undefined) reportFault(report, `${path}.name`, dnsLabel(container.name));
  if (!container.image) report(`${path}.image`, 'is required');
  else if (container.image.trim() !== container.image)
    report(`${path}.image`, 'must not start or end with a space');
  checkPorts(container, path, pod, report);
  checkEnvironment(container, path, report);
  checkMounts(container, path, pod, report);
  checkProbes(container, path, report);
  if (container.resources) checkResources(container.resources, `${path}.resources`, pod.claims, report);

  const { privileged, allowPrivilegeEscalation, capabilities } = container.securityContext ?? {};
  if (allowPrivilegeEscalation === false && (privileged || capabilities?.add?.includes('CAP_SYS_ADMIN'))) {
    const reason = privileged ? 'the container is privileged' : 'it adds CAP_SYS_ADMIN';
    report(`${path}.securityContext.allowPrivilegeEscalation`, `must not be false: ${reason}`);
  }
}

/** What only a container that keeps running may have, on one that must end. */
export function checkInitContainer(container: Container, path: string, report: Report): void {
  if (container.restartPolicy === 'Always') return; // a sidecar
  for (const name of ['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle'] as const) {
    if (container[name])
      report(
        `${path}.${name}`,
        'must be absent: an init container ends (restartPolicy: Always makes it a sidecar)',
      );
  }
}

function checkPorts({ ports = [] }: Container, path: string, pod: PodNames, report: Report): void {
  ports.forEach(({ name, containerPort, hostPort }, i) => {
    const at = `${path}.ports[${i}]`;
    if (name !== undefined) reportFault(report, `${at}.name`, portName(name));
    if (containerPort !== undefined) reportFault(report, `${at}.containerPort`, portNumber(containerPort));
    if (hostPort) {
      reportFault(report, `${at}.hostPort`, portNumber(hostPort));
      if (pod.hostNetwork && hostPort !== containerPort)
        report(
          `${at}.hostPort`,
          `must equal containerPort ${containerPort}: the pod uses the host's network`,
        );
    }
  });
  reportRepeats(report, `${path}.ports`, ports, 'port name', (port) => port.name);
}

function checkEnvironment({ env = [], envFrom = [] }: Container, path: string, report: Report): void {
  env.forEach(({ name, value, valueFrom }, i) => {
    const at = `${path}.env[${i}]`;
    if (name !== undefined) reportFault(report, `${at}.name`, envName(name));
    if (!valueFrom) return;
    if (value) report(`${at}.valueFrom`, `must be absent: the variable has a value`);
    reportNotOne(report, `${at}.valueFrom`, valueFrom, 'source');
  });
  envFrom.forEach((source, i) => {
    reportNotOne(report, `${path}.envFrom[${i}]`, source, 'source', ['prefix']);
  });
}

function checkMounts(
  { volumeMounts = [], volumeDevices = [] }: Container,
  path: string,
  pod: PodNames,
  report: Report,
): void {
  volumeMounts.forEach(({ name, mountPath, subPath, subPathExpr }, i) => {
    const at = `${path}.volumeMounts[${i}]`;
    if (name !== undefined && !pod.volumes.has(name)) report(`${at}.name`, unknownVolume(name, pod));
    if (mountPath === '') report(`${at}.mountPath`, 'is required');
    if (mountPath?.includes(':')) report(`${at}.mountPath`, `must not hold ':', and is '${mountPath}'`);
    if (subPath && subPathExpr) report(`${at}.subPathExpr`, 'must be absent: there is a subPath');
    for (const [field, value] of [
      ['subPath', subPath],
      ['subPathExpr', subPathExpr],
    ] as const) {
      if (value && (value.startsWith('/') || value.split('/').includes('..'))) {
        report(`${at}.${field}`, `must be a path below the volume, and is '${value}'`);
      }
    }
  });
  volumeDevices.forEach(({ name }, i) => {
    if (name !== undefined && !pod.volumes.has(name))
      report(`${path}.volumeDevices[${i}].name`, unknownVolume(name, pod));
  });
}

function unknownVolume(name: string, { volumes }: PodNames): string {
  return `names no volume of the pod: '${name}' (${volumes.size > 0 ? `there are ${[...volumes].join(', ')}` : 'there are none'})`;
}
