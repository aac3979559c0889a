import { canaryName, type Environment } from '../environments';
import { type Amount, type Bill, type Proposal, proposalFor } from '../lib/cost';
import { billFor } from './bill';
import { type Built, build } from './build';

type Pools = Environment['pools'];
type GpuPool = Extract<Pools[string], { readonly gpu: string }>;

/** Where a model runs. */
interface Place {
  readonly pool: string;
  readonly gpus: number;
}

/** The pools that an environment has beside the cheapest that are proposed for it. */
export interface PoolPlan {
  readonly environment: string;
  readonly region: string;
  readonly now: { readonly idle: Amount; readonly maximum: Amount };
  readonly proposed: { readonly idle: Amount; readonly maximum: Amount };
  /** At the upper ends; never below nothing. */
  readonly saving: { readonly idle: number; readonly maximum: number };
  readonly proposal: Proposal;
  /** Entries of the environment file that change; empty when nothing does. */
  readonly changes: {
    readonly pools: Readonly<Record<string, object | null>>;
    readonly models: Readonly<Record<string, Partial<Place> & { readonly canary?: Place }>>;
  };
}

/** Attempts, each without what the last was refused for. */
const ATTEMPTS = 8;
const NOTHING: PoolPlan['changes'] = { pools: {}, models: {} };

/**
 * The cheapest pools for a built environment that passes its proofs. What is proposed was built and proven as if it
 * stood in the file, and costs no more than what stands there at either scale; else nothing is proposed.
 */
export function planPools(built: Built, cards: readonly string[]): PoolPlan | undefined {
  const now = billFor(built);
  if (!now || !built.ok) return undefined;
  const { rendered, environment } = built;
  const refused = new Set<string>();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const proposal = proposalFor({ rendered, region: now.region, cards, refused });
    const changes = changesOf(environment, proposal);
    if (!Object.keys(changes.pools).length) return planOf(environment, now, now, proposal, NOTHING);
    const next = build(changed(environment, changes));
    const then = billFor(next);
    if (next.ok && then && noDearer(now, then)) return planOf(environment, now, then, proposal, changes);
    const known = refused.size;
    for (const name of refusedBy(next, built, proposal)) refused.add(name);
    if (refused.size === known) break;
  }
  // Nothing that was tried holds: what stands in the file does.
  const kept = proposalFor({ rendered, region: now.region, cards: [], refused: everywhere(built) });
  return planOf(environment, now, now, kept, NOTHING);
}

function planOf(
  { name }: Environment,
  now: Bill,
  then: Bill,
  proposal: Proposal,
  changes: PoolPlan['changes'],
): PoolPlan {
  const both = ({ total: { idle, maximum } }: Bill) => ({ idle, maximum });
  return {
    environment: name,
    region: now.region,
    now: both(now),
    proposed: both(then),
    saving: {
      idle: now.total.idle.high - then.total.idle.high,
      maximum: now.total.maximum.high - then.total.maximum.high,
    },
    proposal,
    changes,
  };
}

const CENT = 0.01;

const noDearer = (now: Bill, then: Bill): boolean =>
  then.unknown.length <= now.unknown.length &&
  (['idle', 'maximum'] as const).every((scale) => then.total[scale].high <= now.total[scale].high + CENT);

/** Every model on every pool: then each stays where it is. */
const everywhere = ({ environment }: Built): ReadonlySet<string> =>
  new Set(
    Object.keys(environment.models).flatMap((alias) =>
      Object.keys(environment.pools).map((pool) => `${alias}@${pool}`),
    ),
  );

/** What a refusal of the proposal speaks of: a pool, or a model on its pool; without either, all that is new. */
function refusedBy(next: Built, before: Built, { pools, models }: Proposal): readonly string[] {
  const old = new Set(before.findings.map(({ proof, object }) => `${proof} ${object}`));
  const faults = next.findings.filter(
    ({ severity, waived, proof, object }) =>
      severity === 'error' && !waived && !old.has(`${proof} ${object}`),
  );
  const named = faults.flatMap(({ object, origin }) => {
    const names = [...object.split('/'), ...(origin ?? '').split('.')];
    const pool = pools.find(({ name, exists }) => !exists && names.includes(name));
    const model = models.find(({ alias }) => names.includes(alias));
    return [...(pool ? [pool.name] : []), ...(model && !pool ? [`${model.alias}@${model.pool}`] : [])];
  });
  return named.length ? named : pools.filter(({ exists }) => !exists).map(({ name }) => name);
}

/** Entries that differ from those of the file. */
function changesOf({ pools, models: all }: Environment, proposal: Proposal): PoolPlan['changes'] {
  const placed = new Map(proposal.models.map((model) => [model.alias, model]));
  const moved = (alias: string) => {
    const found = placed.get(alias);
    return found && (found.pool !== found.now.pool || found.gpus !== found.now.gpus);
  };
  const place = (alias: string): Place | undefined => {
    const { pool, gpus } = placed.get(alias) ?? {};
    return pool === undefined || gpus === undefined ? undefined : { pool, gpus };
  };
  const models = Object.fromEntries(
    Object.keys(all)
      .filter((alias) => moved(alias) || moved(canaryName(alias)))
      .map((alias) => {
        // A canary that says nothing of its own would move with its model.
        const canary = place(canaryName(alias));
        return [alias, { ...(moved(alias) ? place(alias) : {}), ...(canary ? { canary } : {}) }];
      }),
  );
  const entries = proposal.pools.flatMap((proposed): [string, object | null][] => {
    const { name, gpu, perNode, capacities, limit } = proposed;
    const mine = pools[name];
    if (mine && 'gpu' in mine) return mine.limit === limit ? [] : [[name, { ...mine, limit }]];
    const [capacity, fallback] = capacities;
    // Models that were kept in some zones stay in them.
    const from = proposal.models.filter(({ pool }) => pool === name).map(({ now }) => pools[now.pool]?.zones);
    const zones = from.every((list) => String(list) === String(from[0])) ? from[0] : undefined;
    const more = { ...(fallback ? { fallback } : {}), ...(zones ? { zones } : {}) };
    return [[name, { gpu, perNode, capacity, ...more, limit }]];
  });
  return {
    pools: Object.fromEntries([...entries, ...proposal.emptied.map((name) => [name, null] as const)]),
    models,
  };
}

/** The environment as if the changes stood in its file. */
function changed(environment: Environment, changes: PoolPlan['changes']): Environment {
  const pools: Record<string, Pools[string]> = { ...environment.pools };
  for (const [name, pool] of Object.entries(changes.pools)) {
    if (pool) pools[name] = pool as GpuPool;
    else delete pools[name];
  }
  const models = Object.fromEntries(
    Object.entries(environment.models).map(([alias, model]) => {
      const { canary, ...change } = changes.models[alias] ?? {};
      const both = canary ? { canary: { ...('canary' in model ? model.canary : {}), ...canary } } : {};
      return [alias, { ...model, ...change, ...both } as typeof model];
    }),
  );
  return { ...environment, pools, models };
}

/** The changes as YAML, to be laid over the file. */
export function changesYaml({ pools, models }: PoolPlan['changes']): string {
  const part = (key: string, entries: Readonly<Record<string, object | null>>) => {
    const lines = Object.entries(entries).map(([name, value]) => `  ${name}: ${flow(value)}`);
    return lines.length ? `${key}:\n${lines.join('\n')}\n` : '';
  };
  return part('pools', pools) + part('models', models);
}

/** A value on one line, as people write it. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (value === null || typeof value !== 'object') {
    return typeof value === 'string' && !/^[A-Za-z][\w.-]*$/.test(value) ? JSON.stringify(value) : `${value}`;
  }
  return `{ ${Object.entries(value)
    .map(([key, entry]) => `${key}: ${flow(entry)}`)
    .join(', ')} }`;
}
