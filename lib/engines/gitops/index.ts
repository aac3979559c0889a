import type { RenderedLayer } from '../../core';
import { argocd } from './argocd';
import type { Files, GitSettings } from './delivery';
import { flux } from './flux';

export { argoRelease, argoRepository } from './argocd';
export type { Files, GitSettings } from './delivery';
export { helmRelease, helmRepository } from './flux';

/** Both folders: nothing in them but objects, releases and the order they come in. */
export function gitops(layers: readonly RenderedLayer[], git: GitSettings): Files {
  return new Map([...flux(layers, git), ...argocd(layers, git)]);
}
