import type { Phase, RenderedLayer } from '../../core';

/** Where the generated folder lies in git: child objects name it. */
export interface GitSettings {
  /** Name of the environment. */
  readonly environment: string;
  readonly url: string;
  /** Folder of the Flux files in the repository; the Argo CD folder lies beside it. */
  readonly path: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /**
   * Secret with the credentials of the repository, in the namespace of the tool.
   * @default - the repository needs none
   */
  readonly secret?: string;
}

/** Text by path, below `gitops/`. */
export type Files = Map<string, string>;

/** Phases whose objects outlive their line in git: namespaces, classes, and everything that holds data. */
const KEPT: readonly Phase[] = ['cluster', 'data'];

/** Whether removing an object from git removes it from the cluster. */
export function prunes(layer: RenderedLayer): boolean {
  return !KEPT.includes(layer.phase);
}

/** Whether a layer brings objects of a kind. */
export const holds = (layer: RenderedLayer, kind: string): boolean =>
  layer.units.some(({ objects }) => objects.some(({ json }) => json.kind === kind));

/** Longest time a layer may take: models read their weights in `serving`. */
export function timeoutMinutes(layer: RenderedLayer): number {
  return layer.phase === 'serving' ? 60 : 30;
}

/** A chart repository's address as a name. */
export function repositoryName(url: string): string {
  return url
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[^a-z0-9]+/gi, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();
}
