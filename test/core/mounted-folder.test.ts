import { describe, expect, test } from 'vitest';
import { type MountedFolder, Task, Workload } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { find, layer } from './tree';

const POD = { image: 'docker.io/example/web:1.2.3', resources: { cpu: '1', memory: '1Gi' } };
const IMAGE = `registry.example.com/files@sha256:${'0'.repeat(64)}`;

interface Pod {
  readonly volumes: readonly object[];
  readonly containers: readonly { readonly volumeMounts: readonly object[] }[];
}

function mounted(mounts: Readonly<Record<string, MountedFolder>>): Pod {
  const home = layer();
  new Workload(home, 'web', {
    ...POD,
    mounts,
    ready: { tcp: 'http' },
    startupSeconds: 60,
    ports: { http: 80 },
  });
  const object = find(home, 'Deployment');
  expect(validateObject(object)).toEqual([]);
  return (object.spec as { template: { spec: Pod } }).template.spec;
}

test('a claim is read, in parts as one volume', () => {
  const { volumes, containers } = mounted({
    '/a': { claim: 'files', subPath: 'x' },
    '/b': { claim: 'files', subPath: 'y' },
  });
  expect(volumes).toHaveLength(2);
  expect(volumes[1]).toEqual({
    name: 'claim-files',
    persistentVolumeClaim: { claimName: 'files', readOnly: true },
  });
  expect(containers[0].volumeMounts.slice(1)).toEqual([
    { name: 'claim-files', mountPath: '/a', subPath: 'x', readOnly: true },
    { name: 'claim-files', mountPath: '/b', subPath: 'y', readOnly: true },
  ]);
});

test('or written to, where a pod says so', () => {
  const { volumes } = mounted({ '/a': { claim: 'files', write: true } });
  expect(volumes[1]).toEqual({ name: 'claim-files', persistentVolumeClaim: { claimName: 'files' } });
});

test('an image is a volume, although the types know none', () => {
  const { volumes } = mounted({ '/opt/files': { image: IMAGE } });
  expect(volumes[1]).toEqual({
    name: 'image-opt-files',
    image: { reference: IMAGE, pullPolicy: 'IfNotPresent' },
  });
});

describe.each([
  ['Job', {}],
  ['CronJob', { schedule: '0 1 * * *' }],
])('a %s has it too', (kind, when) => {
  test('where its template lies', () => {
    const home = layer();
    new Task(home, 'work', { ...POD, ...when, deadlineSeconds: 60, mounts: { '/files': { image: IMAGE } } });
    const object = find(home, kind);
    expect(validateObject(object)).toEqual([]);
    expect(JSON.stringify(object)).toContain(`"image":{"reference":"${IMAGE}"`);
  });
});
