import type { KubeObject, Rendered } from '../../lib/core';

/** What engines must agree on of a release. */
export interface Delivered {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly repository: string;
  readonly version: string;
  readonly values: unknown;
  readonly skipCrds: boolean;
}

/** What an engine carries to the cluster. */
export interface Carried {
  readonly objects: readonly KubeObject[];
  readonly releases: readonly Delivered[];
}

/** Objects as canonical JSON, in one order. */
export function canonical(objects: readonly KubeObject[]): string[] {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => [key, sorted(inner)]),
    );
  };
  return objects.map((object) => JSON.stringify(sorted(object))).sort();
}

const byName = (a: Delivered, b: Delivered) =>
  `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1;

export function sortReleases(releases: readonly Delivered[]): Delivered[] {
  return [...releases].sort(byName);
}

export function objectsOf({ objects }: Rendered): KubeObject[] {
  return objects.map((object) => object.json);
}

/** The releases as they were described. */
export function releasesOf({ layers }: Rendered): Delivered[] {
  return sortReleases(
    layers.flatMap((layer) =>
      layer.releases.map(({ name, namespace, chart, repository, version, values, skipCrds }) => ({
        name,
        namespace,
        chart,
        repository,
        version,
        values,
        skipCrds,
      })),
    ),
  );
}
