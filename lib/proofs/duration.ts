const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** Seconds of a duration such as `1h5m` or `500ms`. */
export function seconds(text: string): number {
  return [...text.matchAll(/([\d.]+)(ms|[hms])/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * UNITS[unit],
    0,
  );
}
