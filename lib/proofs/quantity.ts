const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]?|[KMGTPE]i)$/;

/** The number a Kubernetes quantity stands for: '500m' is 0.5, '2Gi' is 2147483648; undefined when it is none. */
export function quantity(value: string | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  const match = QUANTITY.exec(String(value));
  return match ? Number(match[1]) * SUFFIX[match[2]] : undefined;
}

/** Thousandths of a CPU, rounded up. */
export const cpuMillis = (value: string | number | undefined): number =>
  Math.ceil((quantity(value) ?? 0) * 1000 - 1e-6);

/** Mebibytes, rounded up. */
export const memoryMiB = (value: string | number | undefined): number =>
  Math.ceil((quantity(value) ?? 0) / 2 ** 20 - 1e-9);
