import type { EnvironmentValues } from '../schema';

type DeepPartial<T> = T extends readonly (infer I)[]
  ? readonly DeepPartial<I>[]
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
    : T;

/** What could be read of an environment; faulty parts are left out. */
export type Draft = DeepPartial<EnvironmentValues>;

/** What a check has at hand. */
export interface Checking {
  /** Report a fault of the value at a path. */
  readonly fault: (path: string, message: string) => void;
  /** Whether a file wrote something there, legal or not. */
  readonly written: (path: string) => boolean;
}

/** The entries of a map that were read, whatever they hold. */
export function entriesOf<T>(map: Readonly<Record<string, T | undefined>> | undefined): [string, T][] {
  return Object.entries(map ?? {}).filter((entry): entry is [string, T] => entry[1] !== undefined);
}
