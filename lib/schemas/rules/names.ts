const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** What is wrong with a name, or undefined when nothing is. */
export type NameRule = (name: string) => string | undefined;

const quoted = (name: string) => `'${name.length > 80 ? `${name.slice(0, 77)}...` : name}'`;

/** DNS-1123 label: what a namespace or a container is called. */
export const dnsLabel: NameRule = (name) => {
  if (name.length > 63) return `${quoted(name)} has ${name.length} characters, 63 are allowed`;
  return LABEL.test(name)
    ? undefined
    : `${quoted(name)} must be lower-case letters, digits and '-', as a DNS label`;
};

/** DNS-1035 label: what a Service is called; unlike other names it starts with a letter. */
export const dns1035Label: NameRule = (name) => {
  if (name.length > 63) return `${quoted(name)} has ${name.length} characters, 63 are allowed`;
  return LABEL_1035.test(name)
    ? undefined
    : `${quoted(name)} must start with a letter and hold lower-case letters, digits and '-' only`;
};

/** DNS-1123 subdomain: what most objects are called. */
export const dnsSubdomain: NameRule = (name) => {
  if (name.length > 253) return `${quoted(name)} has ${name.length} characters, 253 are allowed`;
  return SUBDOMAIN.test(name)
    ? undefined
    : `${quoted(name)} must be lower-case letters, digits, '-' and '.', starting and ending with a letter or digit`;
};

/** What may stand in a path: roles and their bindings. */
export const pathSegment: NameRule = (name) =>
  name === '.' || name === '..' || /[/%]/.test(name)
    ? `${quoted(name)} must not hold '/' or '%', nor be '.' or '..'`
    : undefined;

/** Key of a label or an annotation, name of an extended resource. */
export const qualifiedName: NameRule = (key) => {
  const parts = key.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2) return `${quoted(key)} has more than one '/'`;
  if (parts.length === 2 && dnsSubdomain(parts[0] ?? ''))
    return `the part of ${quoted(key)} before '/' must be a DNS subdomain`;
  if (name.length > 63) return `the name in ${quoted(key)} has ${name.length} characters, 63 are allowed`;
  return QUALIFIED.test(name)
    ? undefined
    : `the name in ${quoted(key)} must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit`;
};

/** Value of a label. */
export const labelValue: NameRule = (value) => {
  if (value === '') return undefined;
  if (value.length > 63) return `label value ${quoted(value)} has ${value.length} characters, 63 are allowed`;
  return QUALIFIED.test(value)
    ? undefined
    : `label value ${quoted(value)} must be letters, digits, '-', '_' and '.', starting and ending with a letter or digit`;
};

/** Name of a container port, as IANA names services. */
export const portName: NameRule = (name) => {
  if (name.length > 15) return `port name ${quoted(name)} has ${name.length} characters, 15 are allowed`;
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    return `port name ${quoted(name)} must be lower-case letters, digits and single '-' between them`;
  return /[a-z]/.test(name) ? undefined : `port name ${quoted(name)} must have a letter`;
};

/** Number of a port. */
export function portNumber(port: number): string | undefined {
  return port >= 1 && port <= 65535 ? undefined : `port ${port} is not between 1 and 65535`;
}

/** A port that is a number or the name of one. */
export function portReference(port: number | string): string | undefined {
  return typeof port === 'number' ? portNumber(port) : portName(port);
}

/** Name of an environment variable: since 1.34 anything printable but '='. */
export const envName: NameRule = (name) => {
  if (name === '') return 'the name of a variable must not be empty';
  return /^[ -<>-~]+$/.test(name)
    ? undefined
    : `variable name ${quoted(name)} must be printable ASCII without '='`;
};

/** Key of a ConfigMap or a Secret. */
export const configKey: NameRule = (key) => {
  if (key.length > 253) return `key ${quoted(key)} has ${key.length} characters, 253 are allowed`;
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) return `key ${quoted(key)} must be letters, digits, '-', '_' and '.'`;
  return key === '.' || key.startsWith('..')
    ? `key ${quoted(key)} must not be '.' or start with '..'`
    : undefined;
};
