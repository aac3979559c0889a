import type { KubeObject } from '../core';
import { idOf } from '../core';
import type { ApiClient } from './api-client';
import { ApiRefusal } from './api-transport';
import { established } from './custom-kinds';
import { inParallel } from './poll';

/** What the API server said of one object. */
export interface Remark {
  readonly object: string;
  /** Its own words. */
  readonly words: string;
}

export interface ApplyResult {
  readonly applied: number;
  readonly refused: readonly Remark[];
  readonly warnings: readonly Remark[];
}

const AT_ONCE = 8;

/** Apply objects: what others live in or are made of first, the rest side by side. */
export async function applyAll(
  api: ApiClient,
  objects: readonly KubeObject[],
  each: (object: KubeObject) => Promise<void> = async () => undefined,
): Promise<ApplyResult> {
  const refused: Remark[] = [];
  const warnings: Remark[] = [];
  for (const group of [objects.filter(isFirst), objects.filter((object) => !isFirst(object))]) {
    await inParallel(group, AT_ONCE, async (object) => {
      try {
        const { warnings: said } = await api.apply(object);
        warnings.push(...said.map((words) => ({ object: idOf(object), words })));
        if (object.kind === 'CustomResourceDefinition') await established(api, object);
        await each(object);
      } catch (error) {
        if (!(error instanceof ApiRefusal)) throw error;
        refused.push({ object: idOf(object), words: error.message });
      }
    });
  }
  return { applied: objects.length - refused.length, refused, warnings };
}

const FIRST = ['Namespace', 'CustomResourceDefinition', 'ServiceAccount', 'StorageClass', 'PriorityClass'];
const isFirst = ({ kind }: KubeObject) => FIRST.includes(kind);
