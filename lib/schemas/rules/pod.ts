import { checkContainer, checkInitContainer, type PodNames } from './container';
import { checkMarks } from './metadata';
import { dnsLabel, dnsSubdomain } from './names';
import type { PodSpec, PodTemplate, Volume } from './objects';
import { type Report, reportBelow, reportFault, reportNotOne } from './report';
import { checkScheduling } from './scheduling';

/** A pod template and what it says of the pod. */
export function checkPodTemplate(
  template: PodTemplate | undefined,
  path: string,
  report: Report,
  claimed: readonly string[] = [],
): void {
  if (template?.metadata) checkMarks(template.metadata, `${path}.metadata`, report);
  if (template?.spec) checkPodSpec(template.spec, `${path}.spec`, report, claimed);
}

/** The spec of a pod. `claimed` are volumes that a StatefulSet adds to it. */
export function checkPodSpec(
  spec: PodSpec,
  path: string,
  report: Report,
  claimed: readonly string[] = [],
): void {
  const { containers = [], initContainers = [], volumes = [] } = spec;
  const named = <T extends { name?: string }>(items: readonly T[] = []) =>
    items.flatMap(({ name }) => name ?? []);
  const pod: PodNames = {
    volumes: new Set([...named(volumes), ...claimed]),
    claims: new Set(named(spec.resourceClaims)),
    hostNetwork: spec.hostNetwork === true,
  };
  if (containers.length === 0 && spec.containers)
    report(`${path}.containers`, 'must have one container or more');
  containers.forEach((container, i) => {
    checkContainer(container, `${path}.containers[${i}]`, pod, report);
  });
  initContainers.forEach((container, i) => {
    checkContainer(container, `${path}.initContainers[${i}]`, pod, report);
    checkInitContainer(container, `${path}.initContainers[${i}]`, report);
  });
  const taken = new Set(named(containers));
  initContainers.forEach(({ name }, i) => {
    if (name && taken.has(name)) report(`${path}.initContainers[${i}]`, `repeats container name '${name}'`);
  });
  volumes.forEach((volume, i) => {
    checkVolume(volume, `${path}.volumes[${i}]`, report);
  });
  checkScheduling(spec, path, report);
  reportBelow(report, path, spec, { activeDeadlineSeconds: 1 });
  if (spec.serviceAccountName)
    reportFault(report, `${path}.serviceAccountName`, dnsSubdomain(spec.serviceAccountName));
  if (spec.hostname) reportFault(report, `${path}.hostname`, dnsLabel(spec.hostname));
}

function checkVolume(volume: Volume, path: string, report: Report): void {
  if (volume.name !== undefined) reportFault(report, `${path}.name`, dnsLabel(volume.name));
  // Without a source it is an emptyDir.
  if (Object.keys(volume).length > 1) reportNotOne(report, path, volume, 'source', ['name']);
}
