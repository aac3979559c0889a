import { App } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import type { PodTemplate, PoolFact } from '../../lib/core';
import { render } from '../../lib/core';
import { proofInput } from '../../lib/proofs';
import { tolerates } from '../../lib/proofs/placement';
import { podHasAHome } from '../../lib/proofs/pod-has-a-home';
import { demandOf } from '../../lib/proofs/room';
import { POOLS } from './platform';
import { container, deployment, podSpec, refusals } from './scene';

const asks = (requests: object) => ({ resources: { requests } });
const gpuSpec = (gpus: number, more: object = {}) =>
  podSpec(
    { tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }], ...more },
    asks({ cpu: '4', memory: '32Gi', 'nvidia.com/gpu': gpus }),
  );
const check = (spec: object, pool: readonly PoolFact[] = POOLS, more: readonly object[] = []) =>
  refusals(podHasAHome, { objects: [deployment(spec), ...more], facts: { pool } });

describe('pod-has-a-home', () => {
  test('every pool says why not', () => {
    expect(check(gpuSpec(8))).toMatchInlineSnapshot(`
      "Deployment/apps/web: asks 8 GPUs, 4000m CPU, 32768 MiB, and no pool can host it:
          general has 0 of 8 GPUs and 29000 of 32768 MiB left on m7i.2xlarge, its closest
          l40s has 4 of 8 GPUs left on g6e.12xlarge, its closest
        why: the pod stays Pending: no node that fits is ever launched
        fix: place it on a pool that has the room, ask for less, or give a pool larger nodes"
    `);
    expect(check(gpuSpec(4))).toBe('');
  });

  test('a taint that is not tolerated', () => {
    const spec = podSpec({ nodeSelector: { 'nexus.dev/pool': 'l40s' } });
    expect(check(spec)).toMatchInlineSnapshot(`
      "Deployment/apps/web: asks 1000m CPU, 1024 MiB, and no pool can host it:
          general has no label nexus.dev/pool=l40s
          l40s has the taint nvidia.com/gpu:NoSchedule, which the pod does not tolerate
        why: the pod stays Pending: no node that fits is ever launched
        fix: place it on a pool that has the room, ask for less, or give a pool larger nodes"
    `);
    expect(check({ ...spec, tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists' }] })).toBe('');
  });

  test('labels that the autoscaler chooses, and node affinity', () => {
    const affinity = (key: string, operator: string, values?: string[]) =>
      podSpec({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key, operator, ...(values ? { values } : {}) }] }],
            },
          },
        },
      });
    expect(check(affinity('topology.kubernetes.io/zone', 'In', ['us-east-1b']))).toBe('');
    expect(check(affinity('topology.kubernetes.io/zone', 'In', ['us-east-1c']))).toContain(
      'does not meet topology.kubernetes.io/zone=us-east-1c',
    );
    expect(check(affinity('nexus.dev/pool', 'DoesNotExist'))).toContain(
      'does not meet nexus.dev/pool DoesNotExist',
    );
    expect(check(podSpec({ nodeSelector: { 'kubernetes.io/arch': 'arm64' } }))).toContain(
      'kubernetes.io/arch=arm64',
    );
  });

  test('DaemonSets take their part of the node first', () => {
    const daemon = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'apps' },
      spec: {
        template: {
          metadata: { labels: { app: 'agent' } },
          spec: podSpec({}, asks({ cpu: '1', memory: '1Gi' })),
        },
      },
    };
    const spec = podSpec({}, asks({ cpu: '7', memory: '1Gi' }));
    expect(check(spec)).toBe('');
    expect(check(spec, POOLS, [daemon])).toContain('general has 6910m of 7000m CPU left on m7i.2xlarge');
    const elsewhere = {
      ...daemon,
      spec: {
        template: {
          ...daemon.spec.template,
          spec: podSpec({ nodeSelector: { x: 'y' } }, asks({ cpu: '1' })),
        },
      },
    };
    expect(check(spec, POOLS, [elsewhere])).toBe('');
  });

  test('a volume in a zone that no pool has', () => {
    const volume = (zone: string) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'disk-0' },
      spec: {
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] }] },
            ],
          },
        },
      },
    });
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'disk', namespace: 'apps' },
      spec: { volumeName: 'disk-0' },
    };
    const spec = podSpec({ volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }] });
    expect(check(spec, POOLS, [volume('us-east-1d'), claim])).toMatchInlineSnapshot(`
      "Deployment/apps/web: asks 1000m CPU, 1024 MiB, and no pool can host it:
          general cannot attach volume 'disk-0': topology.kubernetes.io/zone=us-east-1d
          l40s has the taint nvidia.com/gpu:NoSchedule, which the pod does not tolerate
        why: the pod stays Pending: no node that fits is ever launched
        fix: place it on a pool that has the room, ask for less, or give a pool larger nodes"
    `);
    expect(check(spec, POOLS, [volume('us-east-1b'), claim])).toBe('');
    expect(check(spec, POOLS, [claim])).toBe('');
  });

  test('replicas that may not share a zone', () => {
    const apart = (app: string, topologyKey = 'topology.kubernetes.io/zone') =>
      podSpec({
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: { matchLabels: { app } }, topologyKey },
            ],
          },
        },
      });
    const run = (spec: object, replicas: number) =>
      refusals(podHasAHome, { objects: [deployment(spec, { replicas })], facts: { pool: POOLS } });
    expect(run(apart('web'), 3)).toMatchInlineSnapshot(`
      "Deployment/apps/web: runs up to 3 pods of which no two may share a zone, and its pools have 2: us-east-1a, us-east-1b
        why: required anti-affinity leaves the others Pending, whatever nodes are launched
        fix: spread them with topologySpreadConstraints, or run 2"
    `);
    expect(run(apart('web'), 2)).toBe('');
    expect(run(apart('other'), 3)).toBe('');
    expect(run(apart('web', 'kubernetes.io/hostname'), 3)).toBe('');
  });

  test('without pools nothing is judged, and that is said', () => {
    const verdict = podHasAHome.check(proofInput(render(new App())));
    expect(verdict).toEqual({ findings: [], checked: 0, skipped: 'no pools: nodes are not ours to launch' });
  });
});

describe('what a pod asks', () => {
  const template = (spec: object) => ({ metadata: { labels: {} }, spec }) as PodTemplate;
  const start = (cpu: string, more: object = {}) => ({ ...container(asks({ cpu })), ...more });

  test('the sum of its containers, or its widest init container', () => {
    const running = [start('1'), start('500m')];
    expect(demandOf(template({ containers: running })).cpuMillis).toBe(1500);
    expect(demandOf(template({ containers: running, initContainers: [start('2')] })).cpuMillis).toBe(2000);
    expect(demandOf(template({ containers: running, initContainers: [start('1')] })).cpuMillis).toBe(1500);
  });

  test('sidecars run beside both', () => {
    const sidecar = start('250m', { restartPolicy: 'Always' });
    expect(demandOf(template({ containers: [start('1')], initContainers: [sidecar] })).cpuMillis).toBe(1250);
    expect(
      demandOf(template({ containers: [start('1')], initContainers: [sidecar, start('2')] })).cpuMillis,
    ).toBe(2250);
  });

  test('a limit without a request is one', () => {
    const limited = container({ resources: { limits: { memory: '2Gi', 'nvidia.com/gpu': '2' } } });
    expect(demandOf(template({ containers: [limited] }))).toMatchObject({
      memoryMiB: 2048,
      devices: { 'nvidia.com/gpu': 2 },
    });
  });
});

test.each([
  [{ operator: 'Exists' }, true],
  [{ key: 'a', operator: 'Exists' }, true],
  [{ key: 'a', value: 'b' }, true],
  [{ key: 'a', value: 'c' }, false],
  [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }, false],
  [{ key: 'z', operator: 'Exists' }, false],
])('toleration %o against a=b:NoSchedule: %s', (toleration, expected) => {
  expect(tolerates([toleration], { key: 'a', value: 'b', effect: 'NoSchedule' })).toBe(expected);
});
