import type { PodsFact, PoolFact } from '../../core';
import { zonesFor } from '../node-labels';
import { closedTo } from '../placement';
import type { Refusal } from '../proof';
import { matches, type Selector } from '../selectors';

const ZONE = 'topology.kubernetes.io/zone';

interface Term {
  readonly labelSelector?: Selector;
  readonly topologyKey?: string;
}

/** Pods that answer share a zone with those that read their prompts. Without pools nobody knows of zones. */
export function inOneZone(answering: PodsFact, reading: PodsFact, pools: readonly PoolFact[]): Refusal[] {
  const zonesOf = (pods: PodsFact) => [
    ...new Set(
      pools
        .filter((pool) => closedTo(pool, pods.template.spec) === undefined)
        .flatMap((pool) => zonesFor(pool, pods.template.spec)),
    ),
  ];
  const [own, other] = [zonesOf(answering), zonesOf(reading)];
  // That there is none is the business of pod-has-a-home; pods without GPUs move no caches.
  if (!own.length || !other.length || !needsGpu(answering)) return [];
  const all = new Set([...own, ...other]);
  if (all.size === 1) return [];
  const object = answering.owner;
  const why =
    'each cache would cross zones: slower than to read the prompt again, not at all over EFA, and billed by the GB';
  if (!own.some((zone) => other.includes(zone))) {
    return [
      {
        object,
        what: `runs in ${own.join(', ')}, and ${reading.owner} in ${other.join(', ')}`,
        why,
        fix: 'give both pools one zone',
      },
    ];
  }
  if (together(answering, reading) && together(reading, answering)) return [];
  return [
    {
      object,
      what: `and ${reading.owner} may run in ${[...all].sort().join(', ')}, and nothing keeps them in one zone`,
      why,
      fix: 'let both require pod affinity by zone to the labels that they share, or give their pools one zone',
    },
  ];
}

const needsGpu = ({ template }: PodsFact): boolean =>
  template.spec.containers.some(({ resources }) =>
    Object.keys(resources?.limits ?? {}).some((name) => name.startsWith('nvidia.com/')),
  );

function together(pods: PodsFact, others: PodsFact): boolean {
  const affinity = pods.template.spec.affinity?.podAffinity as
    | { readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly Term[] }
    | undefined;
  return (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).some(
    ({ topologyKey, labelSelector }) =>
      topologyKey === ZONE && labelSelector && matches(labelSelector, others.template.metadata.labels),
  );
}
