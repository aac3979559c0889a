import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GUARDS_LABEL } from '../../lib/cluster';
import type { KubeObject } from '../../lib/core';
import { type ApiClient, applyAll, type ControlPlane, startControlPlane } from '../../lib/rehearsal';
import { until } from '../../lib/rehearsal/poll';
import { builtEnvironment } from './fixtures/environments';
import { programs, suite, tally } from './fixtures/needs';

const NEEDS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;
const POLICY = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' } as const;
const ACTIVE_SECONDS = 30;

suite('admission', NEEDS, () => {
  describe('the guards of prod', () => {
    let plane: ControlPlane;
    let api: ApiClient;

    beforeAll(async () => {
      plane = await startControlPlane(programs);
      api = plane.api;
      await applyAll(api, guardedGround('prod'));
      for (const { object } of ONE_OF_EACH) await refusing(api, object);
    }, 180_000);
    afterAll(() => plane?.stop(), 60_000);

    test('every expression means something to every kind that it is about', async () => {
      const policies = guardedGround('prod').filter(({ kind }) => kind === POLICY.kind);
      expect(policies.length).toBeGreaterThan(3);
      for (const { metadata } of policies) {
        const status = await until(`${metadata.name} being type-checked`, ACTIVE_SECONDS, async () => {
          const found = (await api.get({ ...POLICY, metadata }))?.status as TypeChecked | undefined;
          return found?.observedGeneration ? found : undefined;
        });
        expect(status.typeChecking?.expressionWarnings ?? [], metadata.name).toEqual([]);
        tally('admission', 1, 'policies type-checked');
      }
    });

    test.each(BROKEN)('$fault is refused', async ({ object, words }) => {
      expect(await verdict(api, object)).toMatch(words);
      tally('admission', 1, 'broken objects refused');
    });

    test.each(REPAIRED)('$what is accepted', async ({ object }) => {
      expect(await verdict(api, object)).toBe('accepted');
      tally('admission', 1, 'good objects accepted');
    });

    test('what was there before may still be labelled, and loses its finalizers', async () => {
      const old = pod('old', [{ ...GOOD, image: 'registry.example.com/web' }], {
        labels: { [GUARDS_LABEL]: 'off' },
      });
      await api.create(old);
      const metadata = { labels: { [GUARDS_LABEL]: null, touched: 'yes' } };
      expect((await api.patch(old, { metadata })).metadata.labels).toMatchObject({ touched: 'yes' });
      const worse = { spec: { containers: [{ name: 'main', image: 'registry.example.com/web:latest' }] } };
      await expect(patched(api, deployment('web', [GOOD]), { spec: { template: worse } })).resolves.toMatch(
        /image of main has no fixed tag/,
      );
    });
  });

  describe('the guards of dev', () => {
    let plane: ControlPlane;

    beforeAll(async () => {
      plane = await startControlPlane(programs);
      await applyAll(plane.api, guardedGround('dev'));
    }, 180_000);
    afterAll(() => plane?.stop(), 60_000);

    test('warn in the same words, and refuse nothing', async () => {
      const object = deployment('moving', [{ ...GOOD, image: 'registry.example.com/web:latest' }]);
      const warnings = await until('a warning', ACTIVE_SECONDS, async () => {
        const said = (await plane.api.apply(object)).warnings;
        await plane.api.delete(object);
        return said.length > 0 ? said : undefined;
      });
      expect(warnings.join()).toMatch(/'nexus-workloads'.*the image of main has no fixed tag or digest/);
      tally('admission', 1, 'warnings of dev');
    });
  });

  describe("the server's own plugins are on", () => {
    let plane: ControlPlane;
    let api: ApiClient;

    beforeAll(async () => {
      plane = await startControlPlane(programs);
      api = plane.api;
      await applyAll(api, [namespace('scratch'), QUOTA, namespace('sized'), LIMITS]);
      await until(
        'the quota being counted',
        ACTIVE_SECONDS,
        async () => ((await api.get(QUOTA))?.status as { hard?: object } | undefined)?.hard,
      );
    }, 180_000);
    afterAll(() => plane?.stop(), 60_000);

    test('ResourceQuota refuses one GPU too many', async () => {
      const gpus = (name: string, count: number) => ({
        ...pod(name, [gpuContainer(count)]),
        metadata: { name, namespace: 'scratch' },
      });
      expect(await verdict(api, gpus('two', 2))).toBe('accepted');
      expect(await verdict(api, gpus('one-more', 1))).toMatch(
        /exceeded quota: gpus, requested: requests.nvidia.com\/gpu=1, used: requests.nvidia.com\/gpu=2, limited: requests.nvidia.com\/gpu=2/,
      );
      tally('admission', 1, 'pods beyond a quota refused');
    });

    test('LimitRanger gives a container what it leaves out', async () => {
      const plain = {
        ...pod('plain', [{ name: 'main', image: GOOD.image }]),
        metadata: { name: 'plain', namespace: 'sized' },
      };
      expect(await verdict(api, plain)).toBe('accepted');
      const spec = (await api.get(plain))?.spec as { containers: { resources: object }[] };
      expect(spec.containers[0].resources).toEqual({
        requests: { cpu: '100m', memory: '64Mi' },
        limits: { memory: '256Mi' },
      });
      tally('admission', 1, 'defaults of a LimitRange');
    });
  });
});

interface TypeChecked {
  readonly observedGeneration?: number;
  readonly typeChecking?: { readonly expressionWarnings?: readonly unknown[] };
}

/** Guards and namespaces as an environment has them, and one that is exempt. */
function guardedGround(environment: string): KubeObject[] {
  const objects = builtEnvironment(environment).rendered.objects.map(({ json }) => json);
  const wanted = objects.filter(
    ({ kind, metadata }) =>
      kind.startsWith(POLICY.kind) ||
      (kind === 'Namespace' && ['serving', 'gpu-operator'].includes(metadata.name)),
  );
  return [
    ...wanted,
    {
      ...namespace('exempt'),
      metadata: { name: 'exempt', labels: { 'nexus.dev/owner': 'x', [GUARDS_LABEL]: 'off' } },
    },
  ];
}

/** What the API server says of an object that somebody applies by hand. */
async function verdict(api: ApiClient, object: KubeObject): Promise<string> {
  // The account that every pod needs is made a moment after its namespace.
  return until(`an answer about ${object.metadata.name}`, ACTIVE_SECONDS, async () => {
    try {
      await api.create(object);
      return 'accepted';
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      return words.includes('serviceaccount "default" not found') ? undefined : words;
    }
  });
}

/** Wait until a guard is there: the server takes each up on its own, a moment after it was applied. */
async function refusing(api: ApiClient, object: KubeObject): Promise<void> {
  const probe = { ...object, metadata: { ...object.metadata, name: 'probe' } };
  await until(`a guard of ${object.kind}s`, ACTIVE_SECONDS, async () => {
    if ((await verdict(api, probe)) !== 'accepted') return true;
    await api.delete(probe);
    return undefined;
  });
}

async function patched(api: ApiClient, object: KubeObject, change: unknown): Promise<string> {
  await api.create(object);
  return api.patch(object, change).then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

const GOOD = {
  name: 'main',
  image: 'registry.example.com/web:1.2.3',
  resources: {},
  // Pod Security is not what is asked here.
  securityContext: {
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    seccompProfile: { type: 'RuntimeDefault' },
    capabilities: { drop: ['ALL'] },
  },
};
type Made = Omit<Partial<typeof GOOD>, 'name' | 'resources'> & { name: string; resources?: object };

const gpuContainer = (gpus: number, requests: object = { cpu: '4', memory: '16Gi' }): Made => ({
  ...GOOD,
  resources: { requests, limits: { 'nvidia.com/gpu': gpus } },
});
const TOLERATES = { tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }] };

function pod(
  name: string,
  containers: readonly Made[],
  metadata: object = {},
  spec: object = {},
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'serving', ...metadata },
    spec: { containers, ...spec },
  };
}

function template(name: string, containers: readonly Made[], spec: object = {}) {
  return { metadata: { labels: { app: name } }, spec: { containers, ...spec } };
}

function deployment(
  name: string,
  containers: readonly Made[],
  spec: object = {},
  kind = 'Deployment',
): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'serving' },
    spec: { selector: { matchLabels: { app: name } }, template: template(name, containers, spec) },
  };
}

function cronJob(name: string, container: Made): KubeObject {
  const spec = { template: template(name, [container], { restartPolicy: 'Never' }) };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace: 'serving' },
    spec: { schedule: '0 3 * * *', jobTemplate: { spec } },
  };
}

function budget(name: string, spec: object): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'serving' },
    spec: { selector: { matchLabels: { app: name } }, ...spec },
  };
}

const LATEST: Made = { ...GOOD, image: 'registry.example.com:5000/web:latest' };
const UNTAGGED: Made = { ...GOOD, image: 'registry.example.com:5000/web' };
const DIGEST = `registry.example.com/web@sha256:${'0123456789abcdef'.repeat(4)}`;

const BROKEN: readonly { readonly fault: string; readonly object: KubeObject; readonly words: RegExp }[] = [
  {
    fault: 'a pod of the newest image',
    object: pod('latest', [LATEST]),
    words: /the image of main has no fixed tag or digest: tomorrow it is another one; write a version/,
  },
  {
    fault: 'an init container without a tag',
    object: pod('untagged', [GOOD], {}, { initContainers: [{ ...UNTAGGED, name: 'first' }] }),
    words: /the image of first has no fixed tag/,
  },
  {
    fault: 'a Deployment of the newest image',
    object: deployment('latest', [LATEST]),
    words: /'nexus-workloads'.*the image of main has no fixed tag/,
  },
  {
    fault: 'a CronJob of the newest image',
    object: cronJob('latest', LATEST),
    words: /'nexus-cron-jobs'.*the image of main has no fixed tag/,
  },
  {
    fault: 'a Job of the newest image',
    object: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'latest', namespace: 'serving' },
      spec: { template: template('latest', [LATEST], { restartPolicy: 'Never' }) },
    },
    words: /'nexus-jobs'.*the image of main has no fixed tag/,
  },
  {
    fault: 'a GPU pod without CPU and memory',
    object: pod('unsized', [gpuContainer(1, {})]),
    words: /main asks for a GPU without CPU and memory: its node may be too small for it; request both/,
  },
  {
    fault: 'a part of a GPU without memory',
    object: deployment('mig', [
      { ...GOOD, resources: { requests: { cpu: '1' }, limits: { 'nvidia.com/mig-3g.40gb': 1 } } },
    ]),
    words: /main asks for a GPU without CPU and memory/,
  },
  {
    fault: 'a Deployment that squats on nodes of GPUs',
    object: deployment('squatter', [GOOD], TOLERATES),
    words: /it tolerates nvidia.com\/gpu and asks for no GPU/,
  },
  {
    fault: 'a budget that lets no pod leave',
    object: budget('none', { maxUnavailable: 0 }),
    words:
      /it allows no pod to leave: no node under it could ever be drained or replaced; set maxUnavailable to 1/,
  },
  {
    fault: 'a budget that wants all of them',
    object: budget('all', { minAvailable: '100%' }),
    words: /it allows no pod to leave/,
  },
];

/** The first of each kind. */
const ONE_OF_EACH = BROKEN.filter(
  ({ object }, index) => BROKEN.findIndex((other) => other.object.kind === object.kind) === index,
);

const REPAIRED: readonly { readonly what: string; readonly object: KubeObject }[] = [
  {
    what: 'a tag behind the port of a registry',
    object: pod('tagged', [{ ...GOOD, image: 'registry.example.com:5000/web:1' }]),
  },
  { what: 'a digest', object: pod('digest', [{ ...GOOD, image: DIGEST }]) },
  { what: 'a GPU pod with CPU and memory', object: pod('sized', [gpuContainer(1)], {}, TOLERATES) },
  {
    what: 'a GPU pod whose limits are its requests',
    object: pod('limited', [
      { ...GOOD, resources: { limits: { cpu: '4', memory: '8Gi', 'nvidia.com/gpu': 1 } } },
    ]),
  },
  {
    what: 'a pod that claims its device',
    object: pod(
      'claimed',
      [GOOD],
      {},
      { ...TOLERATES, resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] },
    ),
  },
  { what: 'a DaemonSet on nodes of GPUs', object: deployment('agent', [GOOD], TOLERATES, 'DaemonSet') },
  { what: 'a CronJob of a version', object: cronJob('nightly', GOOD) },
  { what: 'a budget that lets one leave', object: budget('one', { maxUnavailable: 1 }) },
  { what: 'a budget that keeps some', object: budget('some', { minAvailable: '50%' }) },
  {
    what: 'an object that says it is exempt',
    object: pod('off', [LATEST], { labels: { [GUARDS_LABEL]: 'off' } }),
  },
  { what: 'a namespace that says it is exempt', object: pod('latest', [LATEST], { namespace: 'exempt' }) },
  {
    what: "the GPU Operator's validator, which asks for a GPU and nothing else",
    object: pod('validator', [gpuContainer(1, {})], { namespace: 'gpu-operator' }),
  },
];

const QUOTA: KubeObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'gpus', namespace: 'scratch' },
  spec: { hard: { 'requests.nvidia.com/gpu': '2' } },
};
const LIMITS: KubeObject = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'sizes', namespace: 'sized' },
  spec: {
    limits: [
      { type: 'Container', default: { memory: '256Mi' }, defaultRequest: { cpu: '100m', memory: '64Mi' } },
    ],
  },
};
