import { describe, expect, test } from 'vitest';
import { MountpointDriver } from '../../lib/cluster';
import { objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { MountedCache, SglangService, VllmService, type VllmServiceProps } from '../../lib/serving';
import { layer } from '../core/tree';
import { container, deployment, only } from './pool';
import { BUCKET, shelf } from './shelf';

function served(props: Partial<VllmServiceProps> = {}) {
  const made = shelf();
  const { pool, serving, fetches, cache } = made;
  const weights = new MountedCache(fetches, 'mounted', { cache });
  const chat = { model: 'Qwen/Qwen3-32B', pool, gpus: 4, context: 32768, weights };
  new VllmService(serving, 'chat', { ...chat, ...props });
  return made;
}

test('a server sees its own model as files, with its own rights', () => {
  const { serving, fetches, app } = served();
  expect(only(fetches, 'PersistentVolume')).toMatchObject({
    metadata: { name: expect.stringMatching(/^serving-chat-qwen3-32b-[0-9a-f]{8}$/) },
    spec: {
      accessModes: ['ReadOnlyMany'],
      storageClassName: '',
      mountOptions: ['read-only', 'region us-east-1', 'prefix hub/Qwen/Qwen3-32B/main/'],
      csi: {
        driver: 's3.csi.aws.com',
        volumeHandle: expect.stringMatching(/^serving-chat-qwen3-32b-/),
        volumeAttributes: {
          bucketName: BUCKET,
          authenticationSource: 'pod',
          cache: 'emptyDir',
          cacheEmptyDirSizeLimit: '69Gi',
        },
      },
    },
  });
  expect(container(serving).args?.[0]).toBe('/weights/model');
  const reader = render(app)
    .facts.of('identity')
    .find(({ serviceAccount }) => serviceAccount === 'chat');
  expect(reader?.statements.at(-1)?.resources).toEqual([`arn:aws:s3:::${BUCKET}/hub/Qwen/Qwen3-32B/main/*`]);
});

test('another revision is another volume: what one says of its source cannot be changed', () => {
  const name = (revision: string) =>
    only(served({ revision }).fetches, 'PersistentVolumeClaim').metadata.name;
  expect(name('a')).not.toBe(name('b'));
});

test('each process reads every file, whole, and a start may take so long', () => {
  const { serving, app } = served();
  expect(container(serving).args).toContain('--safetensors-load-strategy=eager');
  // 300 s, and 4 times 5 s for each of 61 GiB.
  expect(render(app).facts.of('lifecycle')[0].startupSeconds).toBe(1560);
});

test('what it has read lies on the disk of the node, which is asked for it', () => {
  const { serving } = served();
  expect(container(serving).resources?.requests?.['ephemeral-storage']).toBe('89Gi');
});

test('it waits until the bucket is filled', () => {
  const [wait] = deployment(served().serving).template.spec.initContainers ?? [];
  expect(wait.command?.slice(1)).toEqual(['/opt/nexus/node-weights.py', 'await', '2431', '/weights/model']);
});

test('drafts and adapters are volumes of their own', () => {
  const { serving, fetches } = served({
    adapters: { sql: { model: 'example/sql-lora' } },
    speculative: { method: 'draft', model: 'Qwen/Qwen3-0.6B' },
  });
  const folders = container(serving).volumeMounts?.map(({ mountPath }) => mountPath);
  expect(folders).toEqual(expect.arrayContaining(['/weights/Qwen3-0.6B', '/weights/adapters/sql']));
  expect(objectsOf(fetches).filter(({ kind }) => kind === 'PersistentVolumeClaim')).toHaveLength(3);
});

test('another engine does alike', () => {
  const { serving, fetches, cache, pool } = shelf();
  const weights = new MountedCache(fetches, 'mounted', { cache });
  new SglangService(serving, 'chat', { model: 'Qwen/Qwen3-8B', pool, context: 8192, weights });
  expect(container(serving).args).toContain('--model-path=/weights/model');
});

test('every object is valid', () => {
  const { serving, fetches } = served();
  expect([...objectsOf(serving), ...objectsOf(fetches)].flatMap((object) => validateObject(object))).toEqual(
    [],
  );
});

describe('the driver', () => {
  const facts = () => {
    const home = layer('kube-system');
    new MountpointDriver(home, 'mountpoint');
    return render(home.node.root).facts;
  };

  test('is a release that lets nothing old in, and makes its pods in a namespace of ours', () => {
    const [release] = facts().of('release');
    expect(release).toMatchObject({ version: '2.7.0', namespace: 'kube-system' });
    expect(release.values).toMatchObject({
      mountpointPod: { namespace: 'mount-s3', createNamespace: false },
      supportLegacySystemDMounts: false,
    });
  });

  test('has a pod on every node, and the pods that mount reach the bucket alone', () => {
    const edges = facts().of('edge');
    expect(edges.map(({ to }) => ('outside' in to ? to.outside : 'pods'))).toEqual([
      'podIdentity',
      'objectStore',
    ]);
    const nodes = facts()
      .of('pods')
      .filter(({ replicas }) => replicas === 'node');
    expect(nodes.map(({ namespace }) => namespace)).toEqual(['kube-system', 'mount-s3']);
  });
});
