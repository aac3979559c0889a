import type {
  Container,
  NodeSelectorTerm,
  PodSpec,
  PodsFact,
  PodTemplate,
  PoolFact,
  Taint,
  Toleration,
} from '../core';
import type { Index } from './index-of';
import { acceptsLabels, meets, selectedBy, shapesFor, termsOf, zonesFor } from './node-labels';
import { cpuMillis, memoryMiB, quantity } from './quantity';
import { matches, type Requirement, type Selector } from './selectors';

export const GPU = 'nvidia.com/gpu';

/** What a pod asks of a node. */
export interface Demand {
  readonly cpuMillis: number;
  readonly memoryMiB: number;
  readonly gpus: number;
}

export const NOTHING: Demand = { cpuMillis: 0, memoryMiB: 0, gpus: 0 };

export const plus = (a: Demand, b: Demand): Demand => ({
  cpuMillis: a.cpuMillis + b.cpuMillis,
  memoryMiB: a.memoryMiB + b.memoryMiB,
  gpus: a.gpus + b.gpus,
});

const most = (a: Demand, b: Demand): Demand => ({
  cpuMillis: Math.max(a.cpuMillis, b.cpuMillis),
  memoryMiB: Math.max(a.memoryMiB, b.memoryMiB),
  gpus: Math.max(a.gpus, b.gpus),
});

function demandOfContainer({ resources }: Container): Demand {
  // A limit without a request is the request.
  const ask = (name: string) => resources?.requests?.[name] ?? resources?.limits?.[name];
  return {
    cpuMillis: cpuMillis(ask('cpu')),
    memoryMiB: memoryMiB(ask('memory')),
    gpus: quantity(ask(GPU)) ?? 0,
  };
}

/** What the scheduler counts: the sum of what runs together, or the widest moment of the start. */
export function demandOf({ spec }: PodTemplate): Demand {
  let sidecars = NOTHING;
  let start = NOTHING;
  for (const container of spec.initContainers ?? []) {
    const own = demandOfContainer(container);
    if (container.restartPolicy === 'Always') sidecars = plus(sidecars, own);
    else start = most(start, plus(sidecars, own));
  }
  const running = spec.containers.map(demandOfContainer).reduce(plus, sidecars);
  const overhead = (spec as { overhead?: Readonly<Record<string, string>> }).overhead;
  const fixed = { cpuMillis: cpuMillis(overhead?.cpu), memoryMiB: memoryMiB(overhead?.memory), gpus: 0 };
  return plus(most(running, start), fixed);
}

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

/** Why even the best node of a pool that a pod accepts is too small, once DaemonSets have taken their part; undefined when one is not. */
export function tooSmall(pool: PoolFact, spec: PodSpec, demand: Demand, taken: Demand): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const shape of shapesFor(pool, spec)) {
    const left = {
      cpuMillis: shape.cpuMillis - taken.cpuMillis,
      memoryMiB: shape.memoryMiB - taken.memoryMiB,
      gpus: shape.gpus - taken.gpus,
    };
    const lacks = [
      ...(demand.gpus > left.gpus ? [`${left.gpus} of ${demand.gpus} GPUs`] : []),
      ...(demand.memoryMiB > left.memoryMiB ? [`${left.memoryMiB} of ${demand.memoryMiB} MiB`] : []),
      ...(demand.cpuMillis > left.cpuMillis ? [`${left.cpuMillis}m of ${demand.cpuMillis}m CPU`] : []),
    ];
    if (!lacks.length) return undefined;
    const distance =
      Math.max(0, demand.gpus - left.gpus) * 1e9 +
      Math.max(0, demand.memoryMiB - left.memoryMiB) * 1e3 +
      Math.max(0, demand.cpuMillis - left.cpuMillis);
    if (distance >= least) continue;
    least = distance;
    best = `has ${lacks.join(' and ')} left on ${shape.instanceType}, its closest`;
  }
  return best ?? 'has no instance type';
}
