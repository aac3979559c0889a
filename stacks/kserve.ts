import type { Environment } from '../environments';
import { KServe, KServeCrds, type SecurityLevel } from '../lib/cluster';
import type { Layer, Phase } from '../lib/core';

/** Whether KServe's controller makes the pods of a model here. */
const isUsed = ({ models }: Environment): boolean =>
  Object.values(models).some(({ engine }) => engine === 'kserve');

/** The namespace that it lives in: its kinds name it. */
export const kserveNamespaces = (environment: Environment): Readonly<Record<string, SecurityLevel>> =>
  isUsed(environment) ? { kserve: 'restricted' } : {};

/** The controller and its kinds, where a model is its. */
export function kserveController(
  layer: (id: string, phase: Phase, namespace?: string, ...after: Layer[]) => Layer,
  environment: Environment,
  certManager: Layer,
): void {
  if (!isUsed(environment)) return;
  const crds = layer('kserve-crds', 'operators', 'kserve');
  new KServeCrds(crds, 'crds');
  new KServe(layer('kserve', 'operators', 'kserve', crds, certManager), 'kserve');
}
