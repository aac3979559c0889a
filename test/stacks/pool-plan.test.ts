import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GPU_NAMES, loadEnvironment } from '../../environments';
import { type Built, billFor, build } from '../../stacks';
import { changesYaml, type PoolPlan, planPools } from '../../stacks/pool-plan';

const folder = mkdtempSync(join(tmpdir(), 'plan-'));
let files = 0;

const over = (base: string, yaml: string): { readonly file: string; readonly built: Built } => {
  const file = join(folder, `${files++}.yaml`);
  writeFileSync(file, `extends: ${base}\n${yaml}`);
  return { file, built: build(loadEnvironment(file)) };
};
const example = (name: string) => join(__dirname, `../../environments/${name}.yaml`);
const billed = join(__dirname, '../cost/environment.yaml');
const refusal = join(__dirname, '../refusals/base.yaml');

function planned(built: Built): PoolPlan {
  const plan = planPools(built, GPU_NAMES);
  if (!plan) throw new Error(built.findings.map(({ what }) => what).join('\n') || 'no plan');
  return plan;
}

/** What comes of the plan when somebody lays it over the file. */
function pasted(file: string, plan: PoolPlan): Built {
  return over(file, changesYaml(plan.changes)).built;
}

const CASES: Readonly<Record<string, readonly [string, string]>> = {
  dev: [example('dev'), ''],
  stg: [example('stg'), ''],
  prod: [example('prod'), ''],
  'one model on a node far too large': [refusal, 'pools: { l4: { gpu: L4, perNode: 8, limit: 16 } }\n'],
  'small models that could share a node': [
    refusal,
    `pools: { l4: { gpu: L40S, limit: 16 } }
models:
  b: { model: BAAI/bge-m3, pool: l4, task: embed, replicas: { min: 3, max: 6 } }
  c: { model: Qwen/Qwen3-4B, pool: l4, context: 8192, batchedTokens: 2048, replicas: { min: 1, max: 4 } }
`,
  ],
  'a canary that says nothing of its pool': [
    refusal,
    `pools: { l4: { gpu: L4, perNode: 8, limit: 16 } }
models: { chat: { canary: { model: Qwen/Qwen3-4B, weight: 5, replicas: { min: 1, max: 1 } } } }
`,
  ],
  'another region': [
    refusal,
    `aws:
  region: eu-central-1
  zones: [eu-central-1a, eu-central-1b, eu-central-1c]
`,
  ],
  'a budget and quotas': [
    billed,
    'budgetUsd: 60000\naws: { quotas: { on-demand-g: 420, on-demand-p: 0, on-demand-standard: 512 } }\n',
  ],
};

describe.each(Object.entries(CASES))('%s', (_, [base, yaml]) => {
  const { file, built } = over(base, yaml);
  const plan = planned(built);
  const after = pasted(file, plan);

  test('passes every proof when it is pasted', () => {
    const errors = after.findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ proof, what }) => `${proof}: ${what}`)).toEqual([]);
    expect(after.ok).toBe(true);
  });

  test('costs what it says, and no more than the file', () => {
    const before = billFor(built)?.total;
    const then = billFor(after)?.total;
    for (const scale of ['idle', 'maximum'] as const) {
      expect(then?.[scale].high).toBeCloseTo(plan.proposed[scale].high, 2);
      expect(then?.[scale].high).toBeLessThanOrEqual((before?.[scale].high ?? 0) + 0.01);
      expect(plan.saving[scale]).toBeGreaterThanOrEqual(-0.01);
    }
  });

  test('is bought as before, and has nothing to add', () => {
    const ways = (of: Built) =>
      Object.fromEntries(of.rendered.facts.of('pool').map((p) => [p.name, p.capacities]));
    for (const { alias, pool, now } of plan.proposal.models) {
      expect([alias, ways(after)[pool]]).toEqual([alias, ways(built)[now.pool]]);
    }
    const again = planned(after);
    expect(again.saving.idle + again.saving.maximum).toBeLessThan(1);
  });
});

test('a node far too large is replaced, and its pool is not needed', () => {
  const { built } = over(...CASES['one model on a node far too large']);
  const { changes, saving } = planned(built);
  expect(changes.pools.l4).toBeNull();
  expect(saving.idle).toBeGreaterThan(1000);
});

test('a card that holds fewer requests at once is not offered as the same', () => {
  const { built } = over(refusal, 'pools: { l4: { gpu: L40S, limit: 4 } }\n');
  const [pool] = planned(built).proposal.pools;
  // An L4 holds the weights as well, and a quarter of the cache.
  expect(['T4', 'L4', 'A10G']).not.toContain(pool.gpu);
});

test('a limit leaves room for one replica more, and no further', () => {
  const { proposal } = planned(over(billed, '').built);
  for (const { name, limit, perNode } of proposal.pools) {
    const here = proposal.models.filter(({ pool }) => pool === name);
    const most = { chat: 5, embed: 3 };
    const gpus = here.reduce((sum, each) => sum + each.gpus * most[each.alias as 'chat' | 'embed'], 0);
    const spare = Math.max(...here.map((each) => each.gpus));
    expect(limit).toBe(Math.ceil((gpus + spare) / perNode) * perNode);
  }
});

test('what is reserved stays, with the reason', () => {
  const { built } = over(
    billed,
    'pools: { l40s: { capacity: reserved, reservation: cr-0123456789abcdef0 } }\n',
  );
  const { proposal, changes } = planned(built);
  expect(proposal.left).toEqual([{ alias: 'chat', why: "'l40s' is reserved, and paid for" }]);
  expect(changes.pools.l40s).toBeUndefined();
});

test('models that were kept in some zones stay in them', () => {
  const { built } = over(refusal, 'pools: { l4: { gpu: H100, limit: 4, zones: [us-east-1b] } }\n');
  const { changes } = planned(built);
  const added = Object.values(changes.pools).filter((pool) => pool !== null);
  expect(added).toMatchObject([{ zones: ['us-east-1b'] }]);
});

test('a quota that refuses a proposal leads to another one', () => {
  const large = 'pools: { l4: { gpu: H100, limit: 4 } }\n';
  const free = planned(over(refusal, large).built);
  expect(free.proposal.models[0].pool).not.toBe('l4');
  // Nothing but P is granted, and there one H100 is the least.
  const { built } = over(refusal, `${large}aws: { quotas: { on-demand-g: 0, on-demand-p: 64 } }\n`);
  const tight = planned(built);
  expect(tight.proposal.models).toMatchObject([{ alias: 'chat', pool: 'l4', gpus: 1 }]);
  expect(tight.saving.idle).toBe(0);
});

test('without a pass there is no plan', () => {
  const { built } = over(
    refusal,
    'pools: { l4: { limit: 1 } }\nmodels: { chat: { replicas: { min: 2, max: 2 } } }\n',
  );
  expect(planPools(built, GPU_NAMES)).toBeUndefined();
});
