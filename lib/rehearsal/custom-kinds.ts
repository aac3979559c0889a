import type { KubeObject } from '../core';
import { crdOf } from '../schemas';
import type { ApiClient } from './api-client';
import { inParallel, until } from './poll';

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;
const ESTABLISHED_SECONDS = 90;

/** Definitions of the custom kinds among these objects, without those that the objects bring themselves. */
export function definitionsFor(
  objects: readonly Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>[],
): KubeObject[] {
  const own = new Set(objects.filter(({ kind }) => kind === CRD.kind).map(({ metadata }) => metadata.name));
  const found = new Map<string, KubeObject>();
  for (const { apiVersion, kind } of objects) {
    const crd = crdOf(apiVersion, kind) as KubeObject | undefined;
    if (crd && !own.has(crd.metadata.name)) found.set(crd.metadata.name, crd);
  }
  return [...found.values()];
}

/** Apply definitions and wait until their kinds are served. */
export async function installDefinitions(api: ApiClient, definitions: readonly KubeObject[]): Promise<void> {
  await inParallel(definitions, 4, async (definition) => {
    await api.apply(definition);
    await established(api, definition);
  });
}

interface Conditions {
  /** Null until the first look of the API server. */
  readonly conditions?: readonly { readonly type: string; readonly status: string }[] | null;
}

/** Wait until the API server serves a definition's kind. */
export async function established(api: ApiClient, { metadata }: KubeObject): Promise<void> {
  await until(`${metadata.name} being established`, ESTABLISHED_SECONDS, async () => {
    const live = await api.get({ ...CRD, metadata });
    const { conditions } = (live?.status ?? {}) as Conditions;
    return conditions?.some(({ type, status }) => type === 'Established' && status === 'True') || undefined;
  });
}
