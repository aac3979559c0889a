import { fieldPath } from '../problem';
import { configKey } from './names';
import type { Strings } from './objects';
import { type Report, reportFault } from './report';

const MAX_BYTES = 1024 * 1024;

/** Keys that a typed Secret must have. */
const TYPED: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

interface ConfigMap {
  readonly data?: Strings;
  readonly binaryData?: Strings;
}

interface Secret {
  readonly type?: string;
  readonly data?: Strings;
  readonly stringData?: Strings;
}

const decoded = (base64: string) => Buffer.byteLength(base64, 'base64');

export function checkConfigMap({ data = {}, binaryData = {} }: ConfigMap, report: Report): void {
  checkKeys(data, 'data', report);
  checkKeys(binaryData, 'binaryData', report);
  for (const key of Object.keys(binaryData)) {
    if (Object.hasOwn(data, key)) report(fieldPath('binaryData', key), `repeats key '${key}' of data`);
  }
  checkSize(total(data, Buffer.byteLength) + total(binaryData, decoded), 'ConfigMap', report);
}

export function checkSecret({ type = 'Opaque', data = {}, stringData = {} }: Secret, report: Report): void {
  checkKeys(data, 'data', report);
  checkKeys(stringData, 'stringData', report);
  const hidden = Object.fromEntries(Object.entries(data).filter(([key]) => !Object.hasOwn(stringData, key)));
  checkSize(total(hidden, decoded) + total(stringData, Buffer.byteLength), 'Secret', report);
  const missing = (TYPED[type] ?? []).filter(
    (key) => !Object.hasOwn(data, key) && !Object.hasOwn(stringData, key),
  );
  for (const key of missing) report('data', `needs the key '${key}': the type is '${type}'`);
}

function checkKeys(data: Strings, path: string, report: Report): void {
  for (const key of Object.keys(data)) reportFault(report, fieldPath(path, key), configKey(key));
}

function total(data: Strings, sizeOf: (value: string) => number): number {
  return Object.values(data).reduce((sum, value) => sum + sizeOf(value), 0);
}

function checkSize(bytes: number, kind: string, report: Report): void {
  if (bytes > MAX_BYTES) report('data', `has ${bytes} bytes, and a ${kind} holds ${MAX_BYTES}`);
}
