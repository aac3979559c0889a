const QUANTITY = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

/** Powers of ten; the `i` ones count in 1024s. */
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY = 'KMGTPE';
const NANO = 9;

/** Whether a string reads as a Kubernetes quantity. */
export function isQuantity(value: string): boolean {
  return QUANTITY.test(value);
}

/**
 * A quantity in billionths, the finest unit that Kubernetes keeps, so that comparing is exact; undefined when the value
 * is no quantity.
 */
export function nanosOf(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = QUANTITY.exec(String(value));
  if (!match) return undefined;
  const [, sign, digits = '', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(`${whole}${fraction}` || '0');

  const binary = suffix.endsWith('i') ? 1024n ** BigInt(BINARY.indexOf(suffix[0] ?? '') + 1) : 1n;
  const exponent = /^[eE][+-]?\d/.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL[suffix] ?? 0);
  const power = exponent - fraction.length + NANO;
  const scaled = mantissa * binary;
  const nanos = power >= 0 ? scaled * 10n ** BigInt(power) : scaled / 10n ** BigInt(-power);
  return sign === '-' ? -nanos : nanos;
}

/** Whether a quantity, in billionths, is a whole number. */
export function isWhole(nanos: bigint): boolean {
  return nanos % 10n ** BigInt(NANO) === 0n;
}
