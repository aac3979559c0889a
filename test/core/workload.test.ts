import { describe, expect, test } from 'vitest';
import { type EnvValue, SecretRef, Workload, type WorkloadProps } from '../../lib/core';
import { find, layer } from './tree';

const base: WorkloadProps = {
  image: 'example.com/web:1.2.3',
  ports: { http: 8080 },
  resources: { cpu: '250m', memory: '512Mi' },
  ready: { path: '/ready' },
  startupSeconds: 60,
};
const spec = (object: unknown) => (object as { spec: Record<string, never> }).spec;
// biome-ignore lint/suspicious/noExplicitAny: a rendered pod is read by path here
const pod = (l: ReturnType<typeof layer>): any => (spec(find(l, 'Deployment')) as any).template;

describe('defaults', () => {
  test('replicas, budget and zone spread follow the policy of the environment', () => {
    const prod = layer();
    new Workload(prod, 'web', base);
    expect(spec(find(prod, 'Deployment'))).toMatchObject({ replicas: 2 });
    expect(spec(find(prod, 'PodDisruptionBudget'))).toMatchObject({ maxUnavailable: 1 });
    expect(pod(prod).spec.topologySpreadConstraints[0]).toMatchObject({ whenUnsatisfiable: 'DoNotSchedule' });

    const dev = layer('apps', { tier: 'dev' });
    new Workload(dev, 'web', base);
    expect(spec(find(dev, 'Deployment'))).toMatchObject({ replicas: 1 });
    expect(pod(dev).spec.topologySpreadConstraints).toBeUndefined();
    expect(() => find(dev, 'PodDisruptionBudget')).toThrow();
  });

  test('pods meet the restricted Pod Security level and get no API token', () => {
    const l = layer();
    new Workload(l, 'web', base);
    expect(pod(l).spec).toMatchObject({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(pod(l).spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
  });

  test('memory is limited to its request, CPU is not limited', () => {
    const l = layer();
    new Workload(l, 'web', base);
    expect(pod(l).spec.containers[0].resources).toEqual({
      requests: { cpu: '250m', memory: '512Mi' },
      limits: { memory: '512Mi' },
    });
  });
});

test('the grace period covers leaving the endpoints, the longest work and a margin', () => {
  const l = layer();
  new Workload(l, 'web', { ...base, drainSeconds: 120 });
  expect(pod(l).spec.terminationGracePeriodSeconds).toBe(150);
  expect(pod(l).spec.containers[0].lifecycle.preStop.sleep.seconds).toBe(15);
});

test('the startup probe allows exactly the stated start', () => {
  const l = layer();
  new Workload(l, 'web', { ...base, startupSeconds: 1200 });
  const { periodSeconds, failureThreshold } = pod(l).spec.containers[0].startupProbe;
  expect(periodSeconds * failureThreshold).toBe(1200);
});

test('what is scaled by something else writes no replicas', () => {
  const l = layer();
  new Workload(l, 'web', { ...base, scaled: { by: 'KEDA', max: 5 } });
  expect(spec(find(l, 'Deployment'))).not.toHaveProperty('replicas');
});

test('a changed file changes the checksum that pods carry', () => {
  const checksums = ['a: 1', 'a: 2'].map((text) => {
    const l = layer();
    new Workload(l, 'web', { ...base, config: { '/etc/web': { 'web.yaml': () => text } } });
    expect(find(l, 'ConfigMap')).toMatchObject({
      metadata: { name: 'web-etc-web' },
      data: { 'web.yaml': text },
    });
    return pod(l).metadata.annotations['checksum/config'];
  });
  expect(checksums[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(checksums[0]).not.toBe(checksums[1]);
});

test('environment values: text, a key of a secret, a field of the pod', () => {
  const l = layer();
  const env: Record<string, EnvValue> = {
    PLAIN: 'x',
    SECRET: new SecretRef('db', 'password', 'apps', 'generated'),
    IP: { field: 'status.podIP' },
  };
  new Workload(l, 'web', { ...base, env });
  expect(pod(l).spec.containers[0].env).toEqual([
    { name: 'PLAIN', value: 'x' },
    { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
    { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
  ]);
});

test('a secret of another namespace is refused', () => {
  const env = { SECRET: new SecretRef('db', 'password', 'data', 'generated') };
  expect(() => new Workload(layer(), 'web', { ...base, env })).toThrowErrorMatchingInlineSnapshot(`
    [PlatformError: layer/web (Workload): SECRET reads Secret 'db' of namespace 'data'
      why: a pod reads only secrets of its own namespace, 'apps'
      fix: copy it with a ConnectionSecret in the namespace of the pod]
  `);
});

test('claims of a StatefulSet use the class of the cluster', () => {
  const l = layer();
  new Workload(l, 'db', { ...base, kind: 'StatefulSet', claims: { data: { path: '/data', size: '10Gi' } } });
  expect(spec(find(l, 'StatefulSet'))).toMatchObject({
    serviceName: 'db',
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { storageClassName: 'gp3' } }],
  });
});
