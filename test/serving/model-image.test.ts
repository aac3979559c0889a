import { describe, expect, test } from 'vitest';
import { objectsOf, render } from '../../lib/core';
import { validateObject } from '../../lib/schemas';
import { VllmService, type VllmServiceProps } from '../../lib/serving';
import { AWS } from '../core/tree';
import { container, deployment, message, only } from './pool';
import { shelf } from './shelf';

const IMAGE = `registry.example.com/models/qwen3-8b@sha256:${'0'.repeat(64)}`;

function served(props: Partial<VllmServiceProps> = {}, where: Parameters<typeof shelf>[0] = {}) {
  const { app, serving, pool } = shelf(where);
  const chat = { model: 'Qwen/Qwen3-8B', pool, context: 8192, weights: { image: IMAGE } };
  const server = new VllmService(serving, 'chat', { ...chat, ...props });
  return { app, serving, server };
}

test('a server finds its model in an image, which nobody copies', () => {
  const { serving } = served();
  const { volumes, initContainers } = deployment(serving).template.spec;
  expect(volumes).toContainEqual({
    name: 'image-weights-model',
    image: { reference: IMAGE, pullPolicy: 'IfNotPresent' },
  });
  expect(initContainers).toBeUndefined();
  expect(container(serving).args?.[0]).toBe('/weights/model');
  expect(container(serving).volumeMounts).toContainEqual({
    name: 'image-weights-model',
    mountPath: '/weights/model',
    readOnly: true,
  });
  expect(objectsOf(serving).flatMap((object) => validateObject(object))).toEqual([]);
});

test('in a folder of it, behind a login', () => {
  const { serving } = served({
    weights: { image: IMAGE, path: '/models/qwen/', pullSecret: { name: 'login' } },
  });
  expect(JSON.stringify(container(serving).volumeMounts)).toContain('"subPath":"models/qwen"');
  expect(deployment(serving).template.spec).toMatchObject({ imagePullSecrets: [{ name: 'login' }] });
});

test('the disk holds it twice while it is unpacked', () => {
  const { serving } = served();
  // 16 GiB of files, and 20 of compiled kernels.
  expect(container(serving).resources?.requests?.['ephemeral-storage']).toBe('51Gi');
});

test('the rollout waits for the pull, and a slow disk makes a start slower', () => {
  const deadline = (disk: 'nvme' | 'ebs', model: string) => {
    const { serving, app } = served({ model, gpus: 4 }, { disk });
    const { progressDeadlineSeconds } = only(serving, 'Deployment').spec as {
      progressDeadlineSeconds: number;
    };
    const [{ startupSeconds }] = render(app).facts.of('lifecycle');
    return [startupSeconds, progressDeadlineSeconds - startupSeconds - 600];
  };
  expect(deadline('nvme', 'Qwen/Qwen3-32B')).toEqual([600, 611]);
  expect(deadline('ebs', 'Qwen/Qwen3-32B')).toEqual([900, 611]);
});

test('another image is another revision', () => {
  const other = { image: IMAGE.replace('0', '1') };
  expect(served().server.revision).not.toBe(served({ weights: other }).server.revision);
});

test('it has no rights, and no way out', () => {
  const { facts } = render(served().app);
  expect(facts.of('identity').map(({ serviceAccount }) => serviceAccount)).not.toContain('chat');
  const from = facts.of('edge').map((edge) => 'labels' in edge.from && edge.from.labels);
  expect(from).not.toContainEqual({ 'app.kubernetes.io/name': 'chat' });
});

test('each node of a group has it', () => {
  const { app, serving } = served({ model: 'deepseek-ai/DeepSeek-R1', gpus: 4, nodes: 4 });
  const group = objectsOf(serving).find(({ kind }) => kind === 'LeaderWorkerSet');
  expect(validateObject(group as never)).toEqual([]);
  expect(JSON.stringify(group).split(IMAGE)).toHaveLength(3);
  expect(render(app).facts.of('model')[0].weights).toBe('image');
});

describe('refuses', () => {
  test('what the image does not hold', () => {
    const adapters = { sql: { model: 'example/sql-lora' } };
    expect(message(() => served({ adapters }))).toMatchInlineSnapshot(`
      "serving/chat (VllmService): has weights in an image, and adapters
        why: the image holds the files of one model, and its pods reach nobody who has the others
        fix: delete 'adapters', or load from the bucket (weights: s3)"
    `);
    const speculative = { method: 'draft', model: 'Qwen/Qwen3-0.6B' } as const;
    expect(message(() => served({ speculative }))).toContain('a draft model');
  });

  test('what nobody asks the hub for', () => {
    expect(message(() => served({ revision: 'abc' }))).toMatchInlineSnapshot(`
      "serving/chat (VllmService): has weights in an image, and 'revision'
        why: nobody asks the hub: what is served is what the image holds
        fix: delete revision"
    `);
  });

  test('a Kubernetes that drops such volumes', () => {
    const cluster = { ...AWS, kubernetes: '1.34' };
    expect(message(() => served({}, { cluster }))).toMatchInlineSnapshot(`
      "serving/chat (VllmService): has weights in an image, on Kubernetes 1.34
        why: images as volumes are switched off before 1.35: the API server drops the volume's source and refuses the pod
        fix: load from the bucket (weights: s3)"
    `);
  });
});
