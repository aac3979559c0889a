import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, type KubeObject } from '../../lib/core';
import {
  ApiRefusal,
  type ControlPlane,
  definitionsFor,
  installDefinitions,
  startControlPlane,
} from '../../lib/rehearsal';
import { inParallel } from '../../lib/rehearsal/poll';
import { type BuiltOnAws, builtOnAws } from '../../stacks/program';
import { canonical, objectsOf, releasesOf, sortReleases } from '../engines/delivered';
import { type PulumiRun, runPulumi } from '../engines/pulumi-engine';
import { fromPlan } from '../engines/read-back/plan';
import { fromRegistrations } from '../engines/read-back/pulumi';
import { objectRegistrations, platformOf } from '../engines/read-back/pulumi-platform';
import type { Registered } from '../engines/read-back/pulumi-recorder';
import { builtEnvironment, ENVIRONMENTS } from './fixtures/environments';
import { programs, suite, tally } from './fixtures/needs';
import { RegistrationOrder } from './parts/registration-order';

const ROOT = join(__dirname, '..', '..');
const ON_AWS = ENVIRONMENTS.filter((name) => builtEnvironment(name).plan);
const runOf = (environment: string) => runPulumi('stacks/pulumi.ts', environment, ROOT);
const runs = new Map<string, Promise<PulumiRun>>();
const firstRun = (environment: string) => {
  const run = runs.get(environment) ?? runOf(environment);
  runs.set(environment, run);
  return run;
};

/** A cluster is ready for objects when these are there. */
const READY = [
  'aws:eks/accessPolicyAssociation:AccessPolicyAssociation',
  'aws:eks/addon:Addon',
  'aws:eks/nodeGroup:NodeGroup',
  'aws:eks/podIdentityAssociation:PodIdentityAssociation',
];

suite('pulumi', [], () => {
  describe.each(ON_AWS)('%s', (environment) => {
    let built: BuiltOnAws;
    let run: PulumiRun;
    let order: RegistrationOrder;

    beforeAll(async () => {
      built = builtOnAws(environment, 'Pulumi', join(ROOT, 'environments'));
      run = await firstRun(environment);
      order = new RegistrationOrder(run.resources);
    }, 120_000);

    test('the program runs in the real runtime, and its AWS resources are those of the plan', () => {
      expect(run.exitCode, run.output).toBe(0);
      expect(fromRegistrations(run.resources)).toEqual(fromPlan(built.plan));
      tally('pulumi', run.resources.length, 'registrations');
    });

    test('its Kubernetes objects and releases are those that were rendered', () => {
      const { objects, releases } = platformOf(run.resources);
      expect(canonical(objects)).toEqual(canonical(objectsOf(built.rendered)));
      expect(sortReleases(releases)).toEqual(releasesOf(built.rendered));
    });

    test('everything waits for what its layer needs, and for a cluster that is ready', () => {
      expect(order.faults(built.rendered.layers)).toEqual([]);
      const early = objectRegistrations(run.resources).flatMap((one) =>
        order.missing(one, READY).map((other) => `${one.name} does not wait for ${other}`),
      );
      expect(early).toEqual([]);
    });

    test('a second run registers the same', async () => {
      expect(sorted((await runOf(environment)).resources)).toEqual(sorted(run.resources));
    }, 120_000);

    test('what is generated is only ever in inputs that are marked secret', () => {
      expect(run.resources.flatMap(leaks)).toEqual([]);
      const passwords = run.resources.filter(
        ({ type }) => type === 'random:index/randomPassword:RandomPassword',
      );
      const marked = run.resources.filter(({ secrets }) => secrets.length > 0);
      if (passwords.length > 0) expect(marked.length).toBeGreaterThanOrEqual(passwords.length);
      tally('pulumi', marked.length, 'resources with secrets');
    });

    test('what is broken would be found', () => {
      const [first, ...others] = objectRegistrations(run.resources).filter(
        ({ waitsFor }) => waitsFor.length > 0,
      );
      const rest = run.resources.filter((one) => one !== first);
      const hasty = new RegistrationOrder([...rest, { ...first, waitsFor: [] }]);
      expect(hasty.missing({ ...first, waitsFor: [] }, READY).length).toBeGreaterThan(0);
      const last = others[others.length - 1];
      const unordered = run.resources.map((one) => (one === last ? { ...one, waitsFor: [] } : one));
      expect(new RegistrationOrder(unordered).faults(built.rendered.layers).join()).toContain(
        `${last.name} (`,
      );
      const leak = { ...first, inputs: { data: 'password of postgres' }, secrets: [] };
      expect(leaks(leak)).toEqual([`${first.name}: data`]);
      tally('pulumi', 3, 'broken registrations found');
    });
  });

  test('an environment without AWS ends in one line', async () => {
    const { exitCode, output, resources } = await runOf('local');
    expect(exitCode).toBe(1);
    expect(resources).toEqual([]);
    // The runtime tells the engine of each of its steps.
    const said = output
      .trim()
      .split('\n')
      .filter((line) => !/^(Registering|RegisterResource|Running)/.test(line));
    expect(said).toEqual([
      'local has no AWS: Pulumi has nothing to build, its GitOps files are all there is',
    ]);
  }, 60_000);
});

suite(
  'pulumi: what is registered, on a real API server',
  ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
  () => {
    let plane: ControlPlane;
    afterAll(() => plane?.stop(), 60_000);

    test('prod is accepted in the order of its dependencies', async () => {
      const { resources } = await firstRun('prod');
      const objects = objectRegistrations(resources);
      const definitions = definitionsFor(objects.map(({ inputs }) => inputs as KubeObject));
      plane = await startControlPlane(programs);
      await installDefinitions(plane.api, definitions);
      const waves = new RegistrationOrder(resources).waves(objects);
      expect(waves.length).toBeGreaterThan(5);
      const refused: string[] = [];
      for (const wave of waves) {
        await inParallel(wave, 8, async ({ inputs }) => {
          const words = await create(plane, inputs as KubeObject);
          if (words) refused.push(`${idOf(inputs as KubeObject)}: ${words}`);
        });
      }
      expect(refused).toEqual([]);
      tally('pulumi', objects.length, 'objects applied');
    }, 180_000);
  },
);

/** As Pulumi's provider does: what is not found, such as a namespace of the same layer, may come yet. */
async function create({ api }: ControlPlane, object: KubeObject): Promise<string | undefined> {
  for (let attempt = 0; ; attempt++) {
    try {
      await api.apply(object);
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      if (!/not found/.test(error.message) || attempt === 5) return error.message;
      await sleep(250 * 2 ** attempt);
    }
  }
}

const sorted = (all: readonly Registered[]) =>
  [...all].sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));

/** Inputs that hold a generated value in the open; the engine makes each up as `password of <name>`. */
const leaks = ({ name, inputs, secrets }: Registered): string[] =>
  Object.keys(inputs)
    .filter((key) => !secrets.includes(key) && JSON.stringify(inputs[key]).includes('password of '))
    .map((key) => `${name}: ${key}`);
