import type { KubeObject, PoolFact } from '../core';
import type { Proof, ProofInput, Refusal } from './proof';
import { GPU } from './room';
import type { Selector } from './selectors';

interface BudgetSpec {
  readonly selector?: Selector;
  readonly minAvailable?: number | string;
  readonly maxUnavailable?: number | string;
}

interface NodePoolSpec {
  readonly limits?: Readonly<Record<string, unknown>>;
  readonly template?: {
    readonly spec?: {
      readonly taints?: readonly { readonly key: string }[];
      readonly requirements?: readonly { readonly key: string; readonly values?: readonly string[] }[];
    };
  };
  readonly disruption?: { readonly consolidationPolicy?: string; readonly budgets?: readonly unknown[] };
}

const share = (value: string, of: number) => Math.ceil((Number.parseFloat(value) / 100) * of);

/** Evictions a budget allows when all pods are healthy. */
function allowed({ minAvailable, maxUnavailable }: BudgetSpec, pods: number): number {
  if (maxUnavailable !== undefined)
    return typeof maxUnavailable === 'number' ? maxUnavailable : share(maxUnavailable, pods);
  if (minAvailable === undefined) return pods;
  return pods - (typeof minAvailable === 'number' ? minAvailable : share(minAvailable, pods));
}

/**
 * Nodes can be drained, and draining them does not take a model away.
 *
 * Fails: a PodDisruptionBudget with `minAvailable: 1` over one replica: no node under it can ever be replaced.
 */
export const disruptionCanFinish: Proof = {
  name: 'disruption-can-finish',
  about:
    'Budgets allow an eviction, GPU pools do not consolidate freely, prod models do not live on spot alone.',
  check(input) {
    const { index, rendered } = input;
    const budgets = index.of('PodDisruptionBudget');
    const pools = index.of('NodePool');
    const findings: Refusal[] = [];
    const covered = new Map<string, string>();
    for (const { id, json } of budgets) {
      const spec = (json.spec ?? {}) as BudgetSpec;
      const selected = index.select(json.metadata.namespace ?? 'default', spec.selector ?? {});
      for (const { owner } of selected) {
        const other = covered.get(owner);
        if (other) findings.push(twice(id, owner, other));
        covered.set(owner, id);
      }
      const count = selected.reduce((sum, pods) => sum + (pods.replicas === 'node' ? 1 : pods.replicas), 0);
      if (!count || allowed(spec, count) > 0) continue;
      const field =
        spec.maxUnavailable === undefined
          ? `minAvailable ${spec.minAvailable}`
          : `maxUnavailable ${spec.maxUnavailable}`;
      findings.push({
        object: id,
        what: `never allows an eviction: ${field} over ${count} ${count === 1 ? 'pod' : 'pods'}`,
        why: 'a node with one of them can be neither drained nor upgraded',
        fix: count === 1 ? 'remove the budget, or run two replicas' : 'set maxUnavailable to 1',
      });
    }
    for (const { id, json } of pools) if (movesModels(json)) findings.push(consolidates(id));
    const spot = spotModels(input);
    return {
      findings: [...findings, ...spot],
      checked: budgets.length + pools.length + rendered.facts.of('model').length,
    };
  },
};

const twice = (object: string, owner: string, other: string): Refusal => ({
  object,
  what: `covers ${owner}, which ${other} covers too`,
  why: 'the API server evicts no pod that has more than one budget: its node is never drained',
  fix: 'keep one of the two',
});

function movesModels(json: KubeObject): boolean {
  const { limits, template, disruption } = (json.spec ?? {}) as NodePoolSpec;
  const gpu =
    limits?.[GPU] !== undefined ||
    (template?.spec?.taints ?? []).some((taint) => taint.key === GPU) ||
    (template?.spec?.requirements ?? []).some(({ key }) => key.includes('instance-gpu'));
  const policy = disruption?.consolidationPolicy ?? 'WhenEmptyOrUnderutilized';
  return gpu && policy === 'WhenEmptyOrUnderutilized' && !disruption?.budgets?.length;
}

const consolidates = (object: string): Refusal => ({
  object,
  what: 'consolidates underused GPU nodes without a budget',
  why: 'moving a model to a cheaper node costs minutes of loading, and nothing limits how many move at once',
  fix: 'set consolidationPolicy WhenEmpty, or a budget',
});

const onSpot = (pool: PoolFact | undefined): boolean =>
  pool?.capacities.every((capacity) => capacity === 'spot') ?? false;

/** Models of a prod environment whose every replica AWS may take back within two minutes. */
function spotModels({ rendered, policy }: ProofInput): Refusal[] {
  if (policy?.tier !== 'prod') return [];
  const pools = new Map(rendered.facts.of('pool').map((pool) => [pool.name, pool]));
  // What works requests off can begin again.
  const models = rendered.facts.of('model').filter(({ batch }) => !batch);
  return models.flatMap((model) => {
    const { alias, pool } = model;
    const twins = models.filter((other) => other.alias === alias && other.pool);
    if (!pool || !twins.every((twin) => onSpot(pools.get(twin.pool ?? '')))) return [];
    const origin = rendered.facts.originOf(model);
    return [
      {
        object: `model/${alias}`,
        what: `all of its replicas run on spot nodes of pool '${pool}', in an environment of tier prod`,
        why: 'one shortage of that instance type takes every replica within two minutes',
        fix: 'put the minimum on an on-demand or reserved pool',
        ...(origin ? { origin } : {}),
      },
    ];
  });
}
