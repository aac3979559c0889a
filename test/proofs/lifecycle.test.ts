import { describe, expect, test } from 'vitest';
import type { LifecycleFact, PoolFact } from '../../lib/core';
import { disruptionCanFinish } from '../../lib/proofs/disruption-can-finish';
import { drainFitsGrace } from '../../lib/proofs/drain-fits-grace';
import { rolloutCanFinish } from '../../lib/proofs/rollout-can-finish';
import { scalerOwnsReplicas } from '../../lib/proofs/scaler-owns-replicas';
import { startupFitsProbes } from '../../lib/proofs/startup-fits-probes';
import { POOLS } from './platform';
import { custom, deployment, metadata, podSpec, refusals, service } from './scene';

const lifecycle = (more: Partial<LifecycleFact> = {}): LifecycleFact => ({
  owner: 'Deployment/apps/web',
  drainSeconds: 60,
  startupSeconds: 300,
  ...more,
});
const [general, l40s] = POOLS;
const spot: PoolFact = { ...general, name: 'batch', capacities: ['spot'] };
const SLEEP = { lifecycle: { preStop: { sleep: { seconds: 15 } } } };

describe('drain-fits-grace', () => {
  const graceful = (seconds?: number) =>
    deployment(podSpec(seconds === undefined ? {} : { terminationGracePeriodSeconds: seconds }, SLEEP));

  test('grace covers sleep and drain', () => {
    const facts = { lifecycle: [lifecycle()] };
    expect(refusals(drainFitsGrace, { objects: [graceful()], facts })).toMatchInlineSnapshot(`
      "Deployment/apps/web: has a grace period of 30 s, and needs 75 s: 15 s before the stop, 60 s for the longest work in flight
        why: the kubelet kills the process in the middle of an answer
        fix: set terminationGracePeriodSeconds to 75 or more, or lower drainSeconds"
    `);
    expect(refusals(drainFitsGrace, { objects: [graceful(75)], facts })).toBe('');
  });

  test('a pod that states no drain still ends after its sleep', () => {
    expect(refusals(drainFitsGrace, { objects: [graceful(15)] })).toMatchInlineSnapshot(`
      "Deployment/apps/web: has a grace period of 15 s, and needs 16 s: 15 s before the stop, 1 s to end
        why: the kubelet kills the process in the middle of an answer
        fix: set terminationGracePeriodSeconds to 16 or more"
    `);
    expect(refusals(drainFitsGrace, { objects: [graceful(16)] })).toBe('');
  });

  test('spot nodes leave 120 s', () => {
    const scene = (pools: readonly PoolFact[], drainSeconds: number) => ({
      objects: [graceful(400)],
      facts: { lifecycle: [lifecycle({ drainSeconds })], pool: pools },
    });
    expect(refusals(drainFitsGrace, scene([spot], 106))).toMatchInlineSnapshot(`
      "Deployment/apps/web: needs 121 s to stop, runs on spot nodes only, and AWS takes those back after 120 s
        why: every interruption cuts the answers that are still being written
        fix: lower drainSeconds to 105, or use on-demand nodes"
    `);
    expect(refusals(drainFitsGrace, scene([spot], 105))).toBe('');
    expect(refusals(drainFitsGrace, scene([spot, general], 300))).toBe('');
  });
});

describe('drain-fits-grace and nodes', () => {
  const nodePool = (terminationGracePeriod?: string) => ({
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name: 'general' },
    spec: { template: { spec: terminationGracePeriod ? { terminationGracePeriod } : {} } },
  });
  const scene = (period?: string) => ({
    objects: [nodePool(period), deployment(podSpec({ terminationGracePeriodSeconds: 700 }, SLEEP))],
    facts: { lifecycle: [lifecycle({ drainSeconds: 600 })], pool: [general, l40s] },
  });

  test('nothing in front gives up sooner', () => {
    const facts = { lifecycle: [lifecycle({ drainSeconds: 300 })] };
    const behind = (door: object) =>
      refusals(drainFitsGrace, {
        objects: [deployment(podSpec({ terminationGracePeriodSeconds: 400 }, SLEEP)), service(), door],
        facts,
      });
    const route = (timeouts: object) =>
      custom('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', {
        rules: [{ timeouts, backendRefs: [{ name: 'web', port: 80 }] }],
      });
    const ingress = (ingressClassName: string, attributes?: string) =>
      custom(
        'networking.k8s.io/v1',
        'Ingress',
        'web',
        { ingressClassName, defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
        attributes
          ? { annotations: { 'alb.ingress.kubernetes.io/load-balancer-attributes': attributes } }
          : {},
      );
    expect(behind(route({ request: '1m' }))).toMatchInlineSnapshot(`
      "HTTPRoute/apps/web: timeouts.request ends a request after 60 s, and Deployment/apps/web works on a request for up to 300 s
        why: the client gets an error while its answer is still being written
        fix: raise it to 300s, or lower drainSeconds"
    `);
    expect(behind(ingress('alb'))).toMatchInlineSnapshot(`
      "Ingress/apps/web: its load balancer closes a connection that was silent for 60 s, and Deployment/apps/web works on a request for up to 300 s
        why: the client gets an error while its answer is still being written
        fix: annotate it with alb.ingress.kubernetes.io/load-balancer-attributes: idle_timeout.timeout_seconds=300, or lower drainSeconds"
    `);
    for (const door of [
      route({}),
      route({ request: '0s', backendRequest: '5m' }),
      ingress('alb', 'idle_timeout.timeout_seconds=300'),
      ingress('other'),
    ])
      expect(behind(door)).toBe('');
  });

  test('a leaving node waits for the longest work', () => {
    expect(refusals(drainFitsGrace, scene('5m30s'))).toMatchInlineSnapshot(`
      "Deployment/apps/web: needs 615 s to stop, and a leaving node of pool 'general' waits 330 s
        why: a drifted or drained node ends at its terminationGracePeriod, whatever still runs on it
        fix: lower drainSeconds to 315, or let the pool wait longer"
    `);
    expect(refusals(drainFitsGrace, scene('10m15s'))).toBe('');
    expect(refusals(drainFitsGrace, scene())).toBe('');
  });
});

describe('startup-fits-probes', () => {
  const facts = { lifecycle: [lifecycle({ startupSeconds: 1200 })] };
  const probed = (failureThreshold: number, progressDeadlineSeconds = 1800) =>
    deployment(
      podSpec({}, { startupProbe: { tcpSocket: { port: 'http' }, periodSeconds: 10, failureThreshold } }),
      {
        progressDeadlineSeconds,
      },
    );

  test('a startup probe that gives up too early', () => {
    expect(refusals(startupFitsProbes, { objects: [probed(30)], facts })).toMatchInlineSnapshot(`
      "Deployment/apps/web: startupProbe of container 'web' gives up after 300 s, and a healthy start may take 1200 s
        why: the container is killed just before it is ready, and starts again for ever
        fix: raise failureThreshold to 120"
    `);
    expect(refusals(startupFitsProbes, { objects: [probed(120)], facts })).toBe('');
  });

  test('a liveness probe without a startup probe', () => {
    const live = deployment(podSpec({}, { livenessProbe: { tcpSocket: { port: 'http' } } }), {
      progressDeadlineSeconds: 1800,
    });
    expect(refusals(startupFitsProbes, { objects: [live], facts })).toContain('livenessProbe');
  });

  test('a rollout that is called failed too early', () => {
    expect(refusals(startupFitsProbes, { objects: [probed(120, 600)], facts })).toMatchInlineSnapshot(`
      "Deployment/apps/web: reports a failed rollout after 600 s, and a healthy start may take 1200 s
        why: every delivery that waits for the rollout fails although nothing is wrong
        fix: set progressDeadlineSeconds above 1200"
    `);
  });

  test('a statement about nothing', () => {
    const lost = { lifecycle: [...facts.lifecycle, lifecycle({ owner: 'Deployment/apps/gone' })] };
    expect(refusals(startupFitsProbes, { objects: [probed(120)], facts: lost })).toContain('makes no pods');
  });
});

describe('rollout-can-finish', () => {
  const claim = (mode: string) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata('models'),
    spec: { accessModes: [mode] },
  });
  const volumes = [{ name: 'models', persistentVolumeClaim: { claimName: 'models' } }];

  test('a ReadWriteOnce claim under two replicas', () => {
    const two = deployment(podSpec({ volumes }), { replicas: 2 });
    expect(refusals(rolloutCanFinish, { objects: [two, claim('ReadWriteOnce')] })).toMatchInlineSnapshot(`
      "Deployment/apps/web: runs up to 3 pods on the claim 'models', which is ReadWriteOnce
        why: the volume attaches to one node: the second pod waits in ContainerCreating for ever
        fix: use a StatefulSet with a claim for each pod, or a ReadWriteMany volume"
    `);
    expect(refusals(rolloutCanFinish, { objects: [two, claim('ReadWriteMany')] })).toBe('');
    const one = deployment(podSpec({ volumes }), { replicas: 1, strategy: { type: 'Recreate' } });
    expect(refusals(rolloutCanFinish, { objects: [one, claim('ReadWriteOnce')] })).toBe('');
  });

  test('a strategy without a first step', () => {
    const rolling = (maxSurge: number | string) =>
      deployment(podSpec(), { replicas: 2, strategy: { rollingUpdate: { maxSurge, maxUnavailable: 0 } } });
    expect(refusals(rolloutCanFinish, { objects: [rolling(0)] })).toMatchInlineSnapshot(`
      "Deployment/apps/web: may neither add a pod nor take one away during a rollout
        why: maxSurge and maxUnavailable are both 0: the rollout never takes its first step
        fix: set one of them to 1"
    `);
    expect(refusals(rolloutCanFinish, { objects: [rolling('25%')] })).toBe('');
  });

  test('a surge that no zone is left for', () => {
    const apart = (replicas: number, more: object = {}, strategy: object = {}) =>
      deployment(
        podSpec({
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                {
                  labelSelector: { matchLabels: { app: 'web' } },
                  topologyKey: 'topology.kubernetes.io/zone',
                  ...more,
                },
              ],
            },
          },
        }),
        { replicas, strategy },
      );
    const judge = (object: object) =>
      refusals(rolloutCanFinish, { objects: [object], facts: { pool: POOLS } });
    expect(judge(apart(2))).toMatchInlineSnapshot(`
      "Deployment/apps/web: adds a pod during a rollout, and each of the 2 zones has one that it may not share the zone with
        why: the new pod stays Pending and no old one may go (maxUnavailable 0): the rollout never takes its first step
        fix: let a rollout take one away (maxSurge 0, maxUnavailable 1), or prefer anti-affinity"
    `);
    expect(judge(apart(1))).toBe('');
    expect(judge(apart(2, { matchLabelKeys: ['pod-template-hash'] }))).toBe('');
    expect(judge(apart(2, {}, { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }))).toBe('');
  });

  test('a surge that no GPU is left for', () => {
    const gpus = { resources: { requests: { cpu: '1' }, limits: { 'nvidia.com/gpu': 4 } } };
    const spec = podSpec(
      { tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }], nodeSelector: l40s.labels },
      gpus,
    );
    const rolling = (maxSurge: number, maxUnavailable: number) =>
      deployment(spec, { replicas: 2, strategy: { rollingUpdate: { maxSurge, maxUnavailable } } });
    const pool = (limit: number) => [general, { ...l40s, limits: { 'nvidia.com/gpu': limit } }];
    expect(
      refusals(rolloutCanFinish, { objects: [rolling(1, 0)], facts: { pool: pool(8) } }),
    ).toMatchInlineSnapshot(`
      "Deployment/apps/web: needs 12 GPUs of pool 'l40s' for the first step of a rollout at the highest scale, and the pool may hold 8
        why: a new pod must be ready before an old one goes (maxUnavailable 0), and it stays Pending
        fix: raise the limit of 'l40s' to 12, or let a rollout take one away (maxSurge 0, maxUnavailable 1; a model: surge: false)"
    `);
    expect(refusals(rolloutCanFinish, { objects: [rolling(1, 0)], facts: { pool: pool(12) } })).toBe('');
    expect(refusals(rolloutCanFinish, { objects: [rolling(0, 1)], facts: { pool: pool(8) } })).toBe('');
  });
});

describe('disruption-can-finish', () => {
  const budget = (spec: object) =>
    custom('policy/v1', 'PodDisruptionBudget', 'web', { selector: { matchLabels: { app: 'web' } }, ...spec });
  const replicas = (count: number) => deployment(podSpec(), { replicas: count });

  test.each([
    ['minAvailable 1 of 1', { minAvailable: 1 }, 1],
    ['minAvailable 100%', { minAvailable: '100%' }, 3],
    ['maxUnavailable 0', { maxUnavailable: 0 }, 3],
  ])('%s blocks every drain', (_, spec, count) => {
    expect(refusals(disruptionCanFinish, { objects: [replicas(count), budget(spec)] })).toContain(
      'never allows an eviction',
    );
  });

  test('the message, and budgets that allow an eviction', () => {
    expect(
      refusals(disruptionCanFinish, { objects: [replicas(1), budget({ minAvailable: 1 })] }),
    ).toMatchInlineSnapshot(`
      "PodDisruptionBudget/apps/web: never allows an eviction: minAvailable 1 over 1 pod
        why: a node with one of them can be neither drained nor upgraded
        fix: remove the budget, or run two replicas"
    `);
    expect(refusals(disruptionCanFinish, { objects: [replicas(2), budget({ minAvailable: 1 })] })).toBe('');
    expect(refusals(disruptionCanFinish, { objects: [replicas(1), budget({ maxUnavailable: 1 })] })).toBe('');
  });

  test('two budgets over the same pods', () => {
    const other = { ...budget({ maxUnavailable: 1 }), metadata: metadata('other') };
    expect(
      refusals(disruptionCanFinish, { objects: [replicas(3), budget({ maxUnavailable: 1 }), other] }),
    ).toMatchInlineSnapshot(`
      "PodDisruptionBudget/apps/other: covers Deployment/apps/web, which PodDisruptionBudget/apps/web covers too
        why: the API server evicts no pod that has more than one budget: its node is never drained
        fix: keep one of the two"
    `);
  });

  test('a GPU pool that consolidates without a budget', () => {
    const pool = (disruption: object, more: object = { limits: { 'nvidia.com/gpu': 8 } }) => ({
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodePool',
      metadata: { name: 'l40s' },
      spec: { disruption, ...more },
    });
    expect(refusals(disruptionCanFinish, { objects: [pool({})] })).toMatchInlineSnapshot(`
      "NodePool/l40s: consolidates underused GPU nodes without a budget
        why: moving a model to a cheaper node costs minutes of loading, and nothing limits how many move at once
        fix: set consolidationPolicy WhenEmpty, or a budget"
    `);
    expect(refusals(disruptionCanFinish, { objects: [pool({ consolidationPolicy: 'WhenEmpty' })] })).toBe('');
    expect(refusals(disruptionCanFinish, { objects: [pool({ budgets: [{ nodes: '1' }] })] })).toBe('');
    expect(refusals(disruptionCanFinish, { objects: [pool({}, {})] })).toBe('');
  });

  test('a prod model on spot alone', () => {
    const model = {
      alias: 'chat',
      model: 'Qwen/Qwen3-32B',
      engine: 'vllm',
      pool: 'batch',
      gpusPerReplica: 1,
      replicas: { min: 1, max: 1 },
    };
    const scene = (tier: 'prod' | 'dev', more: object[] = []) => ({
      facts: { model: [model, ...(more as (typeof model)[])], pool: [spot, l40s] },
      policy: { tier },
    });
    expect(refusals(disruptionCanFinish, scene('prod'))).toMatchInlineSnapshot(`
      "model/chat: all of its replicas run on spot nodes of pool 'batch', in an environment of tier prod
        why: one shortage of that instance type takes every replica within two minutes
        fix: put the minimum on an on-demand or reserved pool"
    `);
    expect(refusals(disruptionCanFinish, scene('dev'))).toBe('');
    expect(refusals(disruptionCanFinish, scene('prod', [{ ...model, pool: 'l40s' }]))).toBe('');
    const batch = { ...model, alias: 'nightly', batch: true };
    expect(refusals(disruptionCanFinish, scene('prod', [batch]))).not.toContain('model/nightly');
  });
});

describe('scaler-owns-replicas', () => {
  const scaled = (name: string) =>
    custom('keda.sh/v1alpha1', 'ScaledObject', name, { scaleTargetRef: { name: 'web' } });
  const hpa = custom('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  });

  test('a replica count beside a scaler', () => {
    const fixed = deployment(podSpec(), { replicas: 2 });
    expect(refusals(scalerOwnsReplicas, { objects: [fixed, scaled('web')] })).toMatchInlineSnapshot(`
      "Deployment/apps/web: writes replicas: 2, and ScaledObject/apps/web scales it
        why: every deploy sets the count back, and takes pods away under load
        fix: leave replicas out, and give the scaler its minimum"
    `);
    expect(refusals(scalerOwnsReplicas, { objects: [deployment(), scaled('web')] })).toBe('');
  });

  test('a scaler that nobody writes', () => {
    const facts = { lifecycle: [lifecycle({ scaledBy: 'ScaledObject/apps/web' })] };
    expect(refusals(scalerOwnsReplicas, { objects: [deployment()], facts })).toMatchInlineSnapshot(`
      "Deployment/apps/web: leaves its replicas to ScaledObject/apps/web, which does not exist
        why: nobody writes the count: it stays at one replica under any load
        fix: write the scaler, or state replicas"
    `);
    expect(refusals(scalerOwnsReplicas, { objects: [deployment(), scaled('web')], facts })).toBe('');
  });

  test('two scalers on one workload', () => {
    expect(
      refusals(scalerOwnsReplicas, { objects: [deployment(), scaled('web'), hpa] }),
    ).toMatchInlineSnapshot(`
      "ScaledObject/apps/web: scales Deployment/apps/web, which HorizontalPodAutoscaler/apps/web scales too
        why: each sets the count that the other one just changed
        fix: give one scaler both triggers, and remove the other"
    `);
  });
});
