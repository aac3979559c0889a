import { gpuCounts, instancesWith } from '../catalog';
import type { Capacity, PoolFact, Rendered } from '../core';
import { fitInput, imagined, type KnownModel, proofInput, type ServedModel, servedModels } from '../proofs';
import { type FitInput, fitFor, visibleGiB } from '../sizing';
import { HOURS } from './amount';
import { type Choice, cheapestPlan, costOfPlan, type NodeKind, nodesOf, type Wish } from './cheapest';
import { priceOf } from './nodes';
import { rootVolume } from './root-volume';

/** A pool as it is proposed. */
export interface ProposedPool {
  readonly name: string;
  readonly gpu: string;
  readonly perNode: number;
  readonly capacities: readonly Capacity[];
  /** The type that is expected to be started: the cheapest of those that fit. */
  readonly instanceType: string;
  /** Most GPUs, with room for one replica more, so that a rollout need not stop one first. */
  readonly limit: number;
  readonly nodes: { readonly idle: number; readonly maximum: number };
  /** Whether the file has it already. */
  readonly exists: boolean;
}

/** Where a model is proposed to run. */
export interface ProposedModel {
  readonly alias: string;
  readonly pool: string;
  readonly gpus: number;
  readonly now: { readonly pool: string; readonly gpus: number };
}

export interface Proposal {
  readonly pools: readonly ProposedPool[];
  /** Pools that nothing would run on any more. */
  readonly emptied: readonly string[];
  readonly models: readonly ProposedModel[];
  /** Models that are left where they are, and why. */
  readonly left: readonly { readonly alias: string; readonly why: string }[];
}

export interface ProposalInput {
  readonly rendered: Rendered;
  readonly region: string;
  /** Cards that pools may have. */
  readonly cards: readonly string[];
  /** What has been tried and refused: a kind by name, or a model on a kind as `alias@name`. */
  readonly refused?: ReadonlySet<string>;
}

/** A kind of node with the pool that would be made of it. */
interface Candidate extends NodeKind {
  readonly name: string;
  readonly instanceType: string;
  /** The pool of the file that is made of it. */
  readonly pool?: PoolFact;
}

type Movable = KnownModel & { readonly at: PoolFact };

/** The cheapest pools that hold the models as they are, each bought as it is bought now. Pure. */
export function proposalFor({ rendered, region, cards, refused = new Set() }: ProposalInput): Proposal {
  const served = servedModels(proofInput(rendered));
  const movable: Movable[] = [];
  const left: { alias: string; why: string }[] = [];
  for (const each of served) {
    const why = fixedBecause(each, region);
    if (why) left.push({ alias: each.fact.alias, why });
    else movable.push({ ...(each as KnownModel), at: each.pool });
  }
  const groups = new Map<string, Movable[]>();
  for (const each of movable) {
    const key = each.pool.capacities.join(' ');
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const names = new Set(rendered.facts.of('pool').map(({ name }) => name));
  const planned = [...groups.values()].map((models) =>
    planGroup({ models, rendered, region, cards, refused, names, served }),
  );
  return {
    pools: planned.flatMap(({ pools }) => pools),
    emptied: planned.flatMap(({ emptied }) => emptied),
    models: planned.flatMap(({ models }) => models),
    left,
  };
}

/** What keeps a model where it is. */
function fixedBecause(served: ServedModel, region: string): string | undefined {
  const { pool, fact, checkpoint } = served;
  if (!checkpoint) return `the catalog does not know ${fact.model}, so no other card can be proven`;
  if (fact.nodes) return 'each of its replicas takes several whole nodes';
  if (fact.start?.dataParallel) return 'its ranks divide the GPUs that they have';
  if (fact.role) return 'its two roles share a zone and what their GPUs exchange by';
  if (pool.division) return `the GPUs of '${pool.name}' are divided`;
  if (pool.static !== undefined) return `'${pool.name}' always has its nodes, whoever uses them`;
  if (pool.capacities.includes('reserved')) return `'${pool.name}' is reserved, and paid for`;
  const priced = pool.shapes.some(({ instanceType }) => priceOf(instanceType, region));
  return priced ? undefined : `the nodes of '${pool.name}' have no known price in ${region}`;
}

interface Group {
  readonly models: readonly Movable[];
  readonly rendered: Rendered;
  readonly region: string;
  readonly cards: readonly string[];
  readonly refused: ReadonlySet<string>;
  /** Names that are taken; new ones are added. */
  readonly names: Set<string>;
  readonly served: readonly ServedModel[];
}

/** Models that are bought alike share pools. */
function planGroup(group: Group): Pick<Proposal, 'pools' | 'emptied' | 'models'> {
  const { models, rendered, served } = group;
  const { capacities } = models[0].at;
  const candidates = candidatesOf(group, capacities);
  const at = (model: Movable) => candidates.findIndex(({ pool }) => pool === model.at);
  const proven = new Map<string, boolean>();
  const wishes = models.map((model): Wish => {
    const now = { kind: at(model), gpus: model.fact.gpusPerReplica };
    return {
      ...model.fact.replicas,
      choices: [now, ...others(proven, model, candidates, now, group.refused)],
    };
  });
  const given = wishes.map(({ choices }) => choices[0]);
  const plan = cheapestPlan(candidates, wishes, given, costOfPlan(candidates, wishes, given));

  const used = [...new Set(plan.map(({ kind }) => kind))].sort((a, b) => a - b);
  const nameOf = new Map(
    used.map((kind) => [kind, candidates[kind].pool?.name ?? fresh(candidates[kind].name, group)]),
  );
  const pools = used.map((kind): ProposedPool => {
    const { gpu, perNode, instanceType, pool } = candidates[kind];
    const here = plan.flatMap((choice, i) =>
      choice.kind === kind ? [{ ...wishes[i], gpus: choice.gpus }] : [],
    );
    const gpus = (of: (wish: Wish) => number) => here.reduce((sum, wish) => sum + of(wish) * wish.gpus, 0);
    const most = gpus(({ max }) => max);
    const spare = Math.max(...here.map(({ gpus: each }) => each));
    return {
      name: nameOf.get(kind) as string,
      gpu,
      perNode,
      capacities,
      instanceType,
      limit: nodesOf(candidates[kind], most + spare) * perNode,
      nodes: {
        idle: nodesOf(
          candidates[kind],
          gpus(({ min }) => min),
        ),
        maximum: nodesOf(candidates[kind], most),
      },
      exists: pool !== undefined,
    };
  });
  const before = new Set(models.map((model) => model.at.name));
  const kept = new Set([
    ...pools.map(({ name }) => name),
    // Whoever is left where it is keeps its pool, and so does any other pod that runs there.
    ...served.filter(({ fact }) => !models.some((model) => model.fact === fact)).map(({ pool }) => pool.name),
    ...strangers(rendered, served),
  ]);
  return {
    pools,
    emptied: [...before].filter((name) => !kept.has(name)),
    models: models.map(({ fact, at: now }, i) => ({
      alias: fact.alias,
      pool: nameOf.get(plan[i].kind) as string,
      gpus: plan[i].gpus,
      now: { pool: now.name, gpus: fact.gpusPerReplica },
    })),
  };
}

/** Pools that something selects which is no model. */
function strangers(rendered: Rendered, served: readonly ServedModel[]): readonly string[] {
  const models = new Set(served.map(({ fact }) => fact.alias));
  const buffers = rendered.facts.of('buffer').map(imagined);
  return [...rendered.facts.of('pods'), ...buffers].flatMap(({ owner, replicas, template }) => {
    const pool = template.spec.nodeSelector?.['nexus.dev/pool'];
    const alias = owner.split('/').pop()?.split('#')[0] ?? '';
    return pool && replicas !== 'node' && !models.has(alias) ? [pool] : [];
  });
}

/** Kinds that a pool bought so may be made of: those of the file first, then every card and number that is sold here. */
function candidatesOf({ models, rendered, region, cards, refused }: Group, capacities: readonly Capacity[]) {
  const pools = [...new Set(models.map(({ at }) => at))];
  const own = pools.flatMap((pool): Candidate[] => {
    const [shape] = pool.shapes;
    const types = pool.shapes.map(({ instanceType }) => instanceType);
    const card = models.find(({ at }) => at === pool)?.card.name ?? '';
    return priced(types, region, rootVolume(rendered, pool.name, region).usd).map((price) => ({
      ...price,
      gpu: card,
      perNode: shape.gpus,
      name: pool.name,
      pool,
    }));
  });
  const disk = own[0] && rootVolume(rendered, own[0].name, region).usd;
  const others = cards.flatMap((gpu) =>
    gpuCounts(gpu).flatMap((perNode) => {
      const types = instancesWith({ gpu, count: perNode }).map(({ type }) => type);
      const name = [gpu.toLowerCase(), ...(perNode > 1 ? [`x${perNode}`] : []), ...suffix(capacities)].join(
        '-',
      );
      const known = own.some((other) => other.gpu === gpu && other.perNode === perNode);
      if (known || refused.has(name)) return [];
      return priced(types, region, disk).map((price): Candidate => ({ ...price, gpu, perNode, name }));
    }),
  );
  return [...own, ...others];
}

const suffix = ([first]: readonly Capacity[]): readonly string[] => (first === 'spot' ? ['spot'] : []);

/** The cheapest of some types, if any has a price. */
function priced(types: readonly string[], region: string, disk = 0) {
  const prices = types.flatMap((instanceType) => {
    const price = priceOf(instanceType, region);
    return price ? [{ instanceType, usdPerMonth: price.usd * HOURS + disk }] : [];
  });
  return prices.sort((a, b) => a.usdPerMonth - b.usdPerMonth).slice(0, 1);
}

/** Every other way to run a model that is proven to fit, and that holds as many requests at once as now. */
function others(
  proven: Map<string, boolean>,
  model: Movable,
  candidates: readonly Candidate[],
  now: Choice,
  refused: ReadonlySet<string>,
): readonly Choice[] {
  const asked = fitInput(model);
  const { fact, start, card } = model;
  // Models alike are sized once.
  const alike = JSON.stringify([fact.model, fact.context, fact.gpusPerReplica, start, card.name]);
  let today: number | undefined;
  const fits = ({ gpu }: Candidate, tensorParallel: number): boolean => {
    const key = `${alike} ${gpu} ${tensorParallel}`;
    const known = proven.get(key);
    if (known !== undefined) return known;
    today ??= fitFor(asked).concurrency;
    const { verdict, concurrency } = fitFor(onCard(asked, gpu, tensorParallel));
    const result = verdict === 'fit' && concurrency >= today;
    proven.set(key, result);
    return result;
  };
  return candidates.flatMap((candidate, kind) =>
    refused.has(`${model.fact.alias}@${candidate.name}`)
      ? []
      : [1, 2, 4, 8]
          .filter((gpus) => gpus <= candidate.perNode && !(kind === now.kind && gpus === now.gpus))
          .filter((gpus) => fits(candidate, gpus))
          .map((gpus) => ({ kind, gpus })),
  );
}

function onCard(asked: FitInput, gpu: string, tensorParallel: number): FitInput {
  const count = gpuCounts(gpu)[0];
  const card = instancesWith({ gpu, count })[0].gpu;
  return {
    ...asked,
    ...(card ? { visibleGiB: visibleGiB(card), computeCapability: Number(card.computeCapability) } : {}),
    spread: { ...asked.spread, tensorParallel },
  };
}

/** A name that no pool has. */
function fresh(wanted: string, { names }: Group): string {
  let name = wanted;
  for (let i = 2; names.has(name); i++) name = `${wanted}-${i}`;
  names.add(name);
  return name;
}
