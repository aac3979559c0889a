import { isIPv4, isIPv6 } from 'node:net';
import { isQuantity } from './rules/quantity';

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const GO_DURATION =
  /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w)((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w))*$|^0$/;

const STRINGS: Readonly<Record<string, readonly [is: (value: string) => boolean, what: string]>> = {
  byte: [(value) => BASE64.test(value), 'base64'],
  date: [(value) => /^\d{4}-\d\d-\d\d$/.test(value), 'a date such as 2027-01-31'],
  'date-time': [(value) => DATE_TIME.test(value), 'a time such as 2027-01-31T12:00:00Z'],
  duration: [(value) => GO_DURATION.test(value), 'a duration such as 1h30m'],
  ipv4: [isIPv4, 'an IPv4 address'],
  ipv6: [isIPv6, 'an IPv6 address'],
  quantity: [isQuantity, 'a quantity such as 500m or 2Gi'],
  uri: [isUri, 'a URI'],
};

function isUri(value: string): boolean {
  return value.startsWith('/') || URL.canParse(value);
}

/** What a string of this format must be, when it is not; undefined when it is fine or nobody checks the format. */
export function stringFault(format: string, value: string): string | undefined {
  const entry = STRINGS[format];
  return !entry || entry[0](value) ? undefined : entry[1];
}

/** What a number of this format must be, when it is not. */
export function numberFault(format: string, value: number): string | undefined {
  if (format === 'int32' && (value < -2147483648 || value > 2147483647)) return 'a 32-bit integer';
  if (format === 'int64' && Math.abs(value) > 2 ** 63) return 'a 64-bit integer';
  return undefined;
}
