import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadEnvironment } from '../../environments';
import type { PoolFact } from '../../lib/core';
import { REHEARSAL_PROGRAMS, type Rehearsal, rehearse } from '../../lib/rehearsal';
import { build } from '../../stacks';
import { builtEnvironment, ENVIRONMENTS } from './fixtures/environments';
import { programs, suite, tally } from './fixtures/needs';
import { type RandomEnvironment, randomEnvironments } from './fixtures/random-environments';
import { smallPlatform } from './fixtures/small-platform';

suite('rehearsal', REHEARSAL_PROGRAMS, () => {
  // Each waits most of its time, so that two cores carry three of them side by side.
  test.concurrent.each(ENVIRONMENTS)(
    '%s: every pod finds a node, at its maximum and while it rolls',
    async (name) => {
      const { rendered, findings, plan, proofs } = builtEnvironment(name);
      const run = await rehearse(
        { name, rendered, findings, proofs, ...(plan ? { plan } : {}) },
        { programs },
      );
      expect(run.refused).toEqual([]);
      expect(run.warnings).toEqual([]);
      expect(run.stuck).toEqual([]);
      expect(overLimit(run, rendered.facts.of('pool'))).toEqual([]);
      expect(run.steps.at(-1)?.podsRunning).toBeGreaterThan(20);
      tally('rehearsal', Math.max(...run.steps.map((step) => step.podsRunning)), 'pods bound');
      tally('rehearsal', Math.max(...run.steps.map((step) => step.nodes)), 'nodes');
    },
    300_000,
  );

  test.concurrent.each([0, 1])(
    'a random environment that the proofs pass runs: %i',
    async (index) => {
      const { text, built } = random()[index];
      const { rendered, findings, plan, proofs } = built;
      expect(plan).toBeDefined();
      const run = await rehearse({ name: 'random', rendered, findings, proofs, plan }, { programs });
      expect(run, text).toMatchObject({
        refused: [],
        warnings: [],
        stuck: [],
        disagreements: [],
      });
      tally('rehearsal', Math.max(...run.steps.map((step) => step.podsRunning)), 'pods bound');
      tally('rehearsal', Math.max(...run.steps.map((step) => step.nodes)), 'nodes');
    },
    300_000,
  );

  test.concurrent('nodes that Karpenter keeps are there whoever uses them, and slices that are called GPUs are used', async () => {
    const { rendered, findings, plan, proofs } = build(
      loadEnvironment(join(__dirname, 'fixtures', 'kept-nodes.yaml')),
    );
    expect(plan).toBeDefined();
    const run = await rehearse({ name: 'kept', rendered, findings, proofs, plan }, { programs });
    expect(run).toMatchObject({ ok: true, stuck: [], refused: [], warnings: [], disagreements: [] });
    const count = (pool: string) =>
      run.nodes.filter((node) => node.pool === pool).reduce((sum, node) => sum + node.count, 0);
    // One of the fixed nodes has no pod; two of the other pool wait beside the model's own two.
    expect({ fixed: count('fixed'), l4: count('l4'), slices: count('slices') }).toEqual({
      fixed: 2,
      l4: 4,
      slices: 1,
    });
    tally('rehearsal', 4, 'nodes that Karpenter keeps');
  }, 300_000);

  test.concurrent('faults of placement, forced past the proofs, stay Pending, and nothing else does', async () => {
    const run = await rehearse(smallPlatform({ ...FAULTS, good: {} }), { programs, quietSeconds: 15 });
    for (const [name, words] of Object.entries(WORDS)) {
      const found = run.stuck.find(({ owner }) => owner === `Deployment/serving/${name}`);
      expect(found?.kubernetes.join('\n'), name).toMatch(words);
      tally('rehearsal', 1, 'faults that stay Pending');
    }
    expect(run.disagreements).toEqual([]);
    expect(run.refused).toEqual([]);
    expect(run.stuck.map(({ owner }) => owner).sort()).toEqual(
      Object.keys(FAULTS).map((name) => `Deployment/serving/${name}`),
    );
  }, 300_000);

  test.concurrent('the repaired twins all run, with claims, stand-ins and a spot node taken away', async () => {
    const repaired = {
      twin: { replicas: 2 },
      zoned: { zone: 'us-east-1a' },
      apart: { replicas: 2, apart: true },
    };
    const run = await rehearse(smallPlatform(repaired), { programs });
    expect(run).toMatchObject({ ok: true, stuck: [], refused: [], warnings: [], disagreements: [] });
    expect(run.steps.map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/^interrupt spot node g6/),
    );
    expect(run.nodes).toContainEqual(
      expect.objectContaining({ pool: 'system', instanceType: 'm7g.large', count: 3 }),
    );
    tally('rehearsal', 3, 'repaired twins');
  }, 300_000);
});

/** Pools that Karpenter let grow beyond what the file allows. */
function overLimit({ nodes, nodesAtMaximum = nodes }: Rehearsal, pools: readonly PoolFact[]): string[] {
  return pools.flatMap(({ name, limits, shapes }) => {
    const own = nodesAtMaximum.filter((node) => node.pool === name);
    const gpusOf = (type: string) => shapes.find(({ instanceType }) => instanceType === type)?.gpus ?? 0;
    const count = own.reduce((sum, node) => sum + node.count, 0);
    const gpus = own.reduce((sum, node) => sum + node.count * gpusOf(node.instanceType), 0);
    const { nodes: most = count, 'nvidia.com/gpu': mostGpus = gpus } = limits;
    return count > most || gpus > mostGpus ? [`${name}: ${count} nodes, ${gpus} GPUs`] : [];
  });
}

/** Another one brings other environments. */
const SEED = 2;

let both: readonly RandomEnvironment[] | undefined;
/** Made once, by whoever comes first. */
function random(): readonly RandomEnvironment[] {
  both ??= randomEnvironments(SEED, 2);
  return both;
}

/** By the ids of the refusals that the proofs make of them. */
const FAULTS = {
  'fit-70b-on-one-gpu': { gpus: 4 },
  'place-anti-affinity': { replicas: 3, apart: true },
  'place-limit-below-second': { pool: 'tight', replicas: 2 },
  'place-memory-allocatable': { memory: '300Gi' },
  'place-spot-untolerated': { tolerates: false },
  'place-zone-mismatch': { zone: 'us-east-1c' },
} as const;

/** What scheduler or Karpenter say of each. */
const WORDS: Record<keyof typeof FAULTS, RegExp> = {
  'fit-70b-on-one-gpu': /no instance type has enough resources/,
  'place-anti-affinity': /didn't match pod anti-affinity rules|unsatisfiable topology constraint/,
  'place-limit-below-second': /exceed limits for nodepool \(NodePool=tight\)/,
  'place-memory-allocatable': /no instance type has enough resources/,
  'place-spot-untolerated': /did not tolerate taint|untolerated taint/,
  'place-zone-mismatch': /us-east-1c\] not in topology.kubernetes.io\/zone In \[us-east-1a us-east-1b\]/,
};
