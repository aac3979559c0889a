import type { NodeSelectorTerm, PodSpec, PodsFact, PoolFact, Taint, Toleration } from '../core';
import type { Index } from './index-of';
import { acceptsLabels, meets, selectedBy, termsOf, zonesFor } from './node-labels';
import { matches, type Requirement, type Selector } from './selectors';

/** Whether a toleration lets a pod onto a node with a taint. */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(({ key, operator = 'Equal', value = '', effect }) => {
    if (effect && effect !== taint.effect) return false;
    if (!key) return operator === 'Exists';
    return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
  });
}

const shown = ({ key, operator, values }: Requirement) =>
  operator === 'In' && values?.length === 1
    ? `${key}=${values[0]}`
    : `${key} ${operator}${values ? ` (${values.join(', ')})` : ''}`;

/** The zone that a volume lies in and a pool does not; undefined when all of them can be attached there. */
export function elsewhere(
  pool: PoolFact,
  { namespace, template }: PodsFact,
  index: Index,
): string | undefined {
  for (const { persistentVolumeClaim: claim } of template.spec.volumes ?? []) {
    const bound = claim && index.object(`PersistentVolumeClaim/${namespace}/${claim.claimName}`)?.json.spec;
    const { volumeName } = (bound ?? {}) as { readonly volumeName?: string };
    const volume = volumeName && index.object(`PersistentVolume/${volumeName}`)?.json.spec;
    const { nodeAffinity } = (volume || {}) as {
      readonly nodeAffinity?: {
        readonly required?: { readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] };
      };
    };
    const terms = nodeAffinity?.required?.nodeSelectorTerms ?? [];
    const missed = terms.map((term) =>
      term.matchExpressions?.find((requirement) => !meets(pool, requirement)),
    );
    const [first] = missed;
    if (first && missed.every(Boolean)) return `cannot attach volume '${volumeName}': ${shown(first)}`;
  }
  return undefined;
}

/** Why nodes of a pool are closed to a pod, whatever their size; undefined when they are open. */
export function closedTo(pool: PoolFact, spec: PodSpec): string | undefined {
  const taint = pool.taints.find(
    (t) => t.effect !== 'PreferNoSchedule' && !tolerates(spec.tolerations ?? [], t),
  );
  if (!acceptsLabels(pool, spec)) return missed(pool, spec);
  if (!taint) return undefined;
  return `has the taint ${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}, which the pod does not tolerate`;
}

/** Which of its labels a pod misses on every node of a pool. */
function missed(pool: PoolFact, spec: PodSpec): string {
  const selected = selectedBy(spec).find((requirement) => !meets(pool, requirement));
  if (selected) return `has no label ${shown(selected)}`;
  const terms = termsOf(spec);
  const first = terms?.[0]?.find((requirement) => !meets(pool, requirement));
  if (first) return `does not meet ${shown(first)}`;
  if (terms && terms.length > 1) return 'meets none of the node affinity terms';
  const all = [...selectedBy(spec), ...(terms?.[0] ?? [])].map(shown).join(' and ');
  return `has no node that meets all of ${all}`;
}

interface ApartTerm {
  readonly labelSelector?: Selector;
  readonly topologyKey?: string;
  readonly matchLabelKeys?: readonly string[];
}

const ZONE = 'topology.kubernetes.io/zone';

/** Zones in which at most one pod of a group may run, by required anti-affinity to its own kind; else undefined. */
export function zonesApart({ template }: PodsFact, pools: readonly PoolFact[]) {
  const affinity = template.spec.affinity?.podAntiAffinity as
    | { readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly ApartTerm[] }
    | undefined;
  const own = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.find(
    (term) =>
      term.topologyKey === ZONE &&
      term.labelSelector &&
      matches(term.labelSelector, template.metadata.labels),
  );
  if (!own) return undefined;
  const open = pools.filter((pool) => closedTo(pool, template.spec) === undefined);
  const zones = [...new Set(open.flatMap((pool) => zonesFor(pool, template.spec)))].sort();
  // With `matchLabelKeys: [pod-template-hash]` old pods do not stand in the way of new ones.
  return { zones, ofRolloutsToo: !own.matchLabelKeys?.length };
}
