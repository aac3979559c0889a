import type {
  Labels,
  NodeSelectorTerm,
  NodeShape,
  PodSpec,
  PodsFact,
  PoolFact,
  Taint,
  Toleration,
} from '../core';
import type { Index } from './index-of';
import { matches, type Requirement, type Selector } from './selectors';

/** Whether a toleration lets a pod onto a node with a taint. */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(({ key, operator = 'Equal', value = '', effect }) => {
    if (effect && effect !== taint.effect) return false;
    if (!key) return operator === 'Exists';
    return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
  });
}

/** Values that a label takes on nodes of a pool; undefined when they do not carry it. */
function valuesOf(pool: PoolFact, key: string, shapes: readonly NodeShape[]): readonly string[] | undefined {
  if (pool.labels[key] !== undefined) return [pool.labels[key]];
  if (key === 'node.kubernetes.io/instance-type' && !pool.choices[key])
    return shapes.map((shape) => shape.instanceType);
  if (pool.choices[key]) return pool.choices[key];
  switch (key) {
    case 'kubernetes.io/arch':
      return [pool.arch];
    case 'kubernetes.io/os':
      return ['linux'];
    case 'topology.kubernetes.io/zone':
      return pool.zones;
    case 'karpenter.sh/capacity-type':
      return pool.capacities;
    case 'karpenter.sh/nodepool':
      return [pool.name];
    default:
      return undefined;
  }
}

/** Whether some node of a pool meets a requirement. */
function meets(pool: PoolFact, { key, operator, values = [] }: Requirement): boolean {
  const possible = valuesOf(pool, key, pool.shapes);
  switch (operator) {
    case 'In':
      return possible?.some((value) => values.includes(value)) ?? false;
    case 'NotIn':
      return possible?.some((value) => !values.includes(value)) ?? true;
    case 'Exists':
      return possible !== undefined;
    case 'DoesNotExist':
      return possible === undefined;
    case 'Gt':
      return possible?.some((value) => Number(value) > Number(values[0])) ?? false;
    case 'Lt':
      return possible?.some((value) => Number(value) < Number(values[0])) ?? false;
    default:
      return false;
  }
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
  const wanted = Object.entries((spec.nodeSelector ?? {}) as Labels).map(([key, value]) => ({
    key,
    operator: 'In',
    values: [value],
  }));
  const missed = wanted.find((requirement) => !meets(pool, requirement));
  if (missed) return `has no label ${shown(missed)}`;
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (
    terms &&
    !terms.some((term) => (term.matchExpressions ?? []).every((requirement) => meets(pool, requirement)))
  ) {
    const first = terms[0]?.matchExpressions?.find((requirement) => !meets(pool, requirement));
    return first ? `does not meet ${shown(first)}` : 'meets none of the node affinity terms';
  }
  if (!taint) return undefined;
  return `has the taint ${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}, which the pod does not tolerate`;
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
  const zones = [...new Set(open.flatMap((pool) => pool.zones))].sort();
  // With `matchLabelKeys: [pod-template-hash]` old pods do not stand in the way of new ones.
  return { zones, ofRolloutsToo: !own.matchLabelKeys?.length };
}
