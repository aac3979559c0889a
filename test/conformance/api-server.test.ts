import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { idOf, type KubeObject } from '../../lib/core';
import {
  type ApiClient,
  type ApplyResult,
  applyAll,
  type ControlPlane,
  definitionsFor,
  installDefinitions,
  startControlPlane,
} from '../../lib/rehearsal';
import { builtEnvironment, ENVIRONMENTS } from './fixtures/environments';
import { DELIVERY, EXAMPLE_NAMES, exampleObjects } from './fixtures/examples';
import { programs, suite, tally } from './fixtures/needs';
import { Turns } from './fixtures/turns';

const NEEDS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

suite('api-server', NEEDS, () => {
  // Each has a control plane of its own, which mostly waits while it comes up; two at once fit beside a rehearsal.
  const turns = new Turns(2);

  describe.concurrent.each(ENVIRONMENTS)('%s', (environment) => {
    let plane: ControlPlane;
    let objects: KubeObject[];
    let first: ApplyResult;

    beforeAll(async () => {
      objects = builtEnvironment(environment).rendered.objects.map(({ json }) => json);
      await turns.take();
      plane = await startControlPlane(programs);
      await installDefinitions(plane.api, definitionsFor(objects));
      first = await applyAll(plane.api, objects);
    }, 400_000);
    afterAll(async () => {
      await plane?.stop();
      turns.give();
    }, 60_000);

    test('every object is accepted, without a warning', () => {
      expect(objects.length).toBeGreaterThan(50);
      expect(first.refused).toEqual([]);
      expect(first.warnings).toEqual([]);
      tally('api-server', first.applied, 'objects applied');
    });

    test.sequential('a second apply changes nothing', async () => {
      expect(await unstable(plane.api, objects)).toEqual([]);
      tally('api-server', objects.length, 'objects applied again');
    });

    test.sequential('each namespace refuses pods beyond its level', async () => {
      const levels = objects.filter(({ kind }) => kind === 'Namespace').map(levelOf);
      expect(levels.some(({ level }) => level === 'restricted')).toBe(true);
      for (const { namespace, level } of levels) {
        const verdict = await tryPod(plane.api, namespace);
        if (level === 'privileged') expect(verdict, namespace).toBe('accepted');
        else expect(verdict, namespace).toContain(`violates PodSecurity "${level}:`);
      }
      tally('api-server', levels.length, 'namespaces');
    });
  });

  describe.concurrent.each(EXAMPLE_NAMES)('example %s', (example) => {
    let plane: ControlPlane;
    let objects: KubeObject[];

    beforeAll(async () => {
      objects = exampleObjects(example);
      await turns.take();
      plane = await startControlPlane(programs);
      await installDefinitions(plane.api, definitionsFor(objects));
      await applyAll(plane.api, DELIVERY);
    }, 400_000);
    afterAll(async () => {
      await plane?.stop();
      turns.give();
    }, 60_000);

    test('every object is accepted, without a warning, and a second apply changes nothing', async () => {
      expect(await applyAll(plane.api, objects)).toEqual({
        applied: objects.length,
        refused: [],
        warnings: [],
      });
      tally('api-server', objects.length, 'objects applied');
      expect(await unstable(plane.api, objects)).toEqual([]);
      tally('api-server', objects.length, 'objects applied again');
    });
  });

  describe.concurrent('what is broken is refused', () => {
    let plane: ControlPlane;

    beforeAll(async () => {
      await turns.take();
      plane = await startControlPlane(programs);
      await installDefinitions(plane.api, definitionsFor([NODE_POOL]));
    }, 400_000);
    afterAll(async () => {
      await plane?.stop();
      turns.give();
    }, 60_000);

    test.each(BROKEN)('$fault', async ({ object, words }) => {
      const { refused } = await applyAll(plane.api, [object]);
      expect(refused.map(({ words: said }) => said).join()).toMatch(words);
      tally('api-server', 1, 'broken objects refused');
    });

    test('and its repaired twin is accepted', async () => {
      expect(await applyAll(plane.api, [NODE_POOL, CONFIG])).toMatchObject({
        applied: 2,
        refused: [],
        warnings: [],
      });
    });
  });
});

/** Those that a second apply changes. */
async function unstable(api: ApiClient, objects: readonly KubeObject[]): Promise<string[]> {
  const stable = await Promise.all(objects.map((object) => isStable(api, object)));
  return objects.filter((_, index) => !stable[index]).map(idOf);
}

/** Controllers write the status of what was just applied: an object counts as changed when it never comes to rest. */
async function isStable(api: ApiClient, object: KubeObject): Promise<boolean> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = await api.get(object);
    const { object: after } = await api.apply(object);
    if (before?.metadata.resourceVersion === after.metadata.resourceVersion) return true;
    await sleep(400 * (attempt + 1));
  }
  return false;
}

function levelOf({ metadata }: KubeObject): { namespace: string; level: string } {
  return {
    namespace: metadata.name,
    level: metadata.labels?.['pod-security.kubernetes.io/enforce'] ?? 'privileged',
  };
}

/** A pod that only the level 'privileged' lets in. */
async function tryPod(api: ApiClient, namespace: string): Promise<string> {
  const container = { name: 'bad', image: 'bad', securityContext: { privileged: true } };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'bad', namespace },
    spec: { containers: [container] },
  };
  // The account that every pod needs is made a moment after its namespace.
  for (let attempt = 0; ; attempt++) {
    try {
      await api.create(pod);
      return 'accepted';
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (!words.includes('serviceaccount "default" not found') || attempt === 20) return words;
      await sleep(250);
    }
  }
}

const NODE_POOL: KubeObject = {
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name: 'general' },
  spec: {
    template: {
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'general' },
        requirements: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }],
        expireAfter: '720h',
      },
    },
    disruption: { consolidateAfter: '5m', consolidationPolicy: 'WhenEmpty', budgets: [{ nodes: '10%' }] },
  },
};
const CONFIG: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'config', namespace: 'default' },
  data: { replicas: '1' },
};

/** A copy with one value put at a path. */
function withValue(object: KubeObject, path: readonly string[], value: unknown): KubeObject {
  const copy = structuredClone(object) as KubeObject & Record<string, unknown>;
  const parent = path
    .slice(0, -1)
    .reduce((at, key) => at[key] as Record<string, unknown>, copy as Record<string, unknown>);
  parent[path[path.length - 1]] = value;
  return copy;
}

const BROKEN = [
  {
    fault: 'a field that does not exist',
    object: withValue(NODE_POOL, ['spec', 'template', 'spec', 'nodeClass'], {}),
    words: /nodeClass: field not declared in schema/,
  },
  {
    fault: 'a required field that is missing',
    object: withValue(NODE_POOL, ['spec', 'template', 'spec', 'nodeClassRef'], undefined),
    words: /nodeClassRef: Required value/,
  },
  {
    fault: 'a rule of the kind that is broken',
    object: withValue(
      NODE_POOL,
      ['spec', 'template', 'spec', 'requirements'],
      [{ key: 'karpenter.sh/nodepool', operator: 'In', values: ['x'] }],
    ),
    words: /is restricted/,
  },
  {
    fault: 'a value of another type',
    object: withValue(CONFIG, ['data', 'replicas'], 1),
    words: /expected string, got|cannot unmarshal|Invalid value/,
  },
  {
    fault: 'a name that is not legal',
    object: withValue(CONFIG, ['metadata', 'name'], 'Config_1'),
    words: /a lowercase RFC 1123 subdomain/,
  },
  {
    fault: 'a namespace that nobody makes',
    object: withValue(CONFIG, ['metadata', 'namespace'], 'nowhere'),
    words: /namespaces "nowhere" not found/,
  },
];
