import { fieldPath } from '../problem';
import type { KindInfo } from '../store';
import {
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  labelValue,
  type NameRule,
  pathSegment,
  qualifiedName,
} from './names';
import type { Meta, Strings } from './objects';
import { type Report, reportFault } from './report';

/** Kinds that are not named as a DNS subdomain. */
const NAMES: Readonly<Record<string, NameRule>> = {
  'v1/Namespace': dnsLabel,
  'v1/Service': dns1035Label,
  'apps/v1/StatefulSet': dnsLabel, // its pods take their host names from it
  'batch/v1/CronJob': (name) =>
    name.length > 52
      ? `'${name}' has ${name.length} characters, 52 are allowed: Jobs add a suffix`
      : dnsSubdomain(name),
  'rbac.authorization.k8s.io/v1/Role': pathSegment,
  'rbac.authorization.k8s.io/v1/RoleBinding': pathSegment,
  'rbac.authorization.k8s.io/v1/ClusterRole': pathSegment,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': pathSegment,
};

const ANNOTATION_BYTES = 256 * 1024;

/** Name, namespace, labels and annotations of a whole object. */
export function checkMetadata(key: string, metadata: Meta, { scope }: KindInfo, report: Report): void {
  if (metadata.name === undefined && metadata.generateName === undefined)
    report('metadata.name', 'is required');
  if (metadata.name !== undefined)
    reportFault(report, 'metadata.name', (NAMES[key] ?? dnsSubdomain)(metadata.name));
  if (metadata.namespace !== undefined) {
    if (scope === 'Cluster')
      report('metadata.namespace', 'must be absent: the kind belongs to the whole cluster');
    else reportFault(report, 'metadata.namespace', dnsLabel(metadata.namespace));
  }
  for (const finalizer of metadata.finalizers ?? [])
    reportFault(report, 'metadata.finalizers', qualifiedName(finalizer));
  checkMarks(metadata, 'metadata', report);
}

/** Labels and annotations, of an object or of a pod template. */
export function checkMarks(metadata: Meta, path: string, report: Report): void {
  checkLabels(metadata.labels, `${path}.labels`, report);
  let bytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    bytes += key.length + Buffer.byteLength(value);
    reportFault(report, fieldPath(`${path}.annotations`, key), qualifiedName(key.toLowerCase()));
  }
  if (bytes > ANNOTATION_BYTES)
    report(`${path}.annotations`, `have ${bytes} bytes together, ${ANNOTATION_BYTES} are allowed`);
}

/** Labels, or anything that is compared with labels. */
export function checkLabels(labels: Strings | undefined, path: string, report: Report): void {
  for (const key in labels) {
    const at = fieldPath(path, key);
    reportFault(report, at, qualifiedName(key));
    reportFault(report, at, labelValue(labels[key] ?? ''));
  }
}
