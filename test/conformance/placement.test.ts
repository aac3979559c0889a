import { beforeAll, expect, test } from 'vitest';
import { REHEARSAL_PROGRAMS, type Rehearsal, type RehearsalInput, rehearse } from '../../lib/rehearsal';
import { programs, suite, tally } from './fixtures/needs';
import { placementsInput, type RandomPlacements, randomPlacements } from './fixtures/random-placements';

/** Another one brings other pods and pools. */
const SEED = 1;
const LOOSE = 64;
const TIGHT = 10;
const PROOFS = ['pod-has-a-home', 'pool-holds-replicas'];

suite('placement', REHEARSAL_PROGRAMS, () => {
  let random: RandomPlacements;
  let input: RehearsalInput;
  let run: Rehearsal;
  let refused: ReadonlySet<string>;
  let stuck: ReadonlySet<string>;

  // All of them on one control plane, those that the proofs refuse too: forced past them.
  beforeAll(async () => {
    random = randomPlacements(SEED, LOOSE, TIGHT);
    input = placementsInput(random);
    run = await rehearse(input, { programs, quietSeconds: 25, disturb: false });
    const judged = input.findings.filter(({ proof }) => PROOFS.includes(proof));
    refused = new Set(judged.map(({ object }) => object));
    stuck = new Set(run.stuck.map(({ owner }) => owner));
  }, 300_000);

  test('every object is accepted', () => {
    expect(run.refused).toEqual([]);
    expect(run.warnings).toEqual([]);
  });

  test('random pods: those that the proofs pass are bound, those that they refuse stay Pending', () => {
    const owners = random.loose.map((_, index) => `Deployment/serving/loose-${index}`);
    const differ = owners.filter((owner) => refused.has(owner) !== stuck.has(owner));
    expect(differ.map((owner) => verdicts(owner))).toEqual([]);
    const bound = owners.filter((owner) => !stuck.has(owner));
    expect(bound.length).toBeGreaterThan(20);
    expect(owners.length - bound.length).toBeGreaterThan(20);
    tally('placement', bound.length, 'random Deployments bound');
    tally('placement', owners.length - bound.length, 'left Pending');
    tally('placement', differ.length, 'disagreements');
  });

  test('random pools: the limit holds all pods, or leaves some Pending, as the proof says', () => {
    // Which of its pods stays out is the scheduler's choice.
    const ofPool = (owners: ReadonlySet<string>, index: number) =>
      [...owners].some((owner) => owner.startsWith(`Deployment/serving/tight-${index}-`));
    const pools = random.tight.map((_, index) => index);
    const differ = pools.filter((index) => ofPool(refused, index) !== ofPool(stuck, index));
    expect(differ.map((index) => random.tight[index])).toEqual([]);
    expect(pools.some((index) => ofPool(stuck, index))).toBe(true);
    expect(pools.every((index) => ofPool(stuck, index))).toBe(false);
    tally('placement', pools.length, 'random pools');
    tally('placement', Math.max(...run.steps.map(({ nodes }) => nodes)), 'nodes');
  });

  /** Everything that is needed to see who is right. */
  function verdicts(owner: string) {
    return {
      pods: random.loose[Number(owner.split('-').at(-1))],
      proofs: input.findings.filter(({ object }) => object === owner).map(({ what }) => what),
      kubernetes: run.stuck.find((one) => one.owner === owner)?.kubernetes ?? 'bound',
    };
  }
});
