import { fieldPath } from '../problem';

/** Takes one problem that the API server would find in code. */
export type Report = (path: string, message: string) => void;

/** Report a fault when there is one. */
export function reportFault(report: Report, path: string, fault: string | undefined): void {
  if (fault) report(path, fault);
}

/** Report items that share a name; those without one are left to the schema. */
export function reportRepeats<T>(
  report: Report,
  path: string,
  items: readonly T[],
  what: string,
  nameOf: (item: T) => string | undefined,
): void {
  const seen = new Set<string>();
  items.forEach((item, i) => {
    const name = nameOf(item);
    if (name === undefined) return;
    if (seen.has(name)) report(`${path}[${i}]`, `repeats ${what} '${name}'`);
    seen.add(name);
  });
}

/** Report when not exactly one of the fields is there. */
export function reportNotOne(
  report: Report,
  path: string,
  object: object,
  what: string,
  except: readonly string[] = [],
): void {
  const given = Object.entries(object).filter(
    ([name, value]) => value !== undefined && value !== null && !except.includes(name),
  );
  if (given.length === 1) return;
  if (given.length === 0) report(path, `has no ${what}`);
  else report(path, `has more than one ${what}: ${given.map(([name]) => name).join(', ')}`);
}

/** Report numbers below what the API server takes. */
export function reportBelow(
  report: Report,
  path: string,
  object: object,
  minimums: Readonly<Record<string, number>>,
): void {
  for (const [name, least] of Object.entries(minimums)) {
    const value = (object as Readonly<Record<string, unknown>>)[name];
    if (typeof value === 'number' && value < least)
      report(fieldPath(path, name), `must be at least ${least}, not ${value}`);
  }
}
