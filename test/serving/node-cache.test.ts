import { describe, expect, test } from 'vitest';
import { type Layer, objectsOf, render } from '../../lib/core';
import { needsOf } from '../../lib/proofs/pod-security';
import { validateObject } from '../../lib/schemas';
import { NodeCache, SglangService, VllmService, type VllmServiceProps } from '../../lib/serving';
import { container, deployment, message, only, TestPool } from './pool';
import { BUCKET, shelf } from './shelf';

function served(props: Partial<VllmServiceProps> = {}) {
  const made = shelf();
  const weights = new NodeCache(made.home, 'l40s-weights', made);
  const { pool } = made;
  new VllmService(made.serving, 'chat', {
    ...{ model: 'Qwen/Qwen3-32B', pool, gpus: 4, context: 32768, weights },
    ...props,
  });
  return { ...made, weights };
}

describe('a server', () => {
  test('reads its own model from the disk of its node, and cannot write there', () => {
    const { serving } = served();
    const { args = [], volumeMounts } = container(serving);
    expect(args[0]).toBe('/weights/model');
    expect(args.join(' ')).not.toContain('runai');
    expect(volumeMounts).toContainEqual({
      name: 'claim-l40s-weights',
      mountPath: '/weights/model',
      subPath: 'hub/Qwen/Qwen3-32B/main',
      readOnly: true,
    });
    expect(deployment(serving).template.spec.volumes).toContainEqual({
      name: 'claim-l40s-weights',
      persistentVolumeClaim: { claimName: 'l40s-weights', readOnly: true },
    });
  });

  test('keeps to the level restricted, which knows claims and no paths of the host', () => {
    const { home, serving } = served();
    const { template } = deployment(serving);
    expect(needsOf({ metadata: { labels: {} }, ...template })).toEqual([]);
    expect(only(home, 'PersistentVolume', 'l40s-weights-serving').spec).toMatchObject({
      hostPath: { path: '/var/lib/kubelet/plugins/nexus.dev/weights', type: 'DirectoryOrCreate' },
      claimRef: { namespace: 'serving', name: 'l40s-weights' },
      accessModes: ['ReadOnlyMany'],
    });
  });

  test('waits until they lie there, and starts as fast as the disk reads', () => {
    const { app, serving } = served();
    const [wait] = deployment(serving).template.spec.initContainers ?? [];
    const seconds = 600 + 61.03 * 30 + 61.03 * 5;
    expect(wait.command?.slice(1)).toEqual([
      '/opt/nexus/node-weights.py',
      'await',
      `${Math.ceil(seconds)}`,
      '/weights/model',
    ]);
    // 300 s and 2 s for each of 61 GiB; the bucket would take 660.
    expect(render(app).facts.of('lifecycle')[0].startupSeconds).toBe(600);
  });

  test('has no rights, and no way to the bucket', () => {
    const { facts } = render(served().app);
    expect(facts.of('identity').map(({ serviceAccount }) => serviceAccount)).not.toContain('chat');
    const from = facts
      .of('edge')
      .filter((edge) => 'labels' in edge.from && edge.from.labels['app.kubernetes.io/name'] === 'chat');
    expect(from).toEqual([]);
  });

  test('finds its draft and its adapters there', () => {
    const { serving, home } = served({
      adapters: { sql: { model: 'example/sql-lora' } },
      speculative: { method: 'draft', model: 'Qwen/Qwen3-0.6B' },
    });
    const line = container(serving).args?.join(' ');
    expect(line).toContain('"model":"/weights/Qwen3-0.6B"');
    expect(line).toContain('--lora-modules sql=/weights/adapters/sql');
    expect(only(home, 'ConfigMap', 'l40s-weights-etc-nexus').data).toEqual({
      // Small ones first.
      'models.json': '["hub/example/sql-lora/main/","hub/Qwen/Qwen3-0.6B/main/","hub/Qwen/Qwen3-32B/main/"]',
    });
  });

  test('of another engine does alike', () => {
    const { home, serving, cache, pool } = shelf();
    const weights = new NodeCache(home, 'l40s-weights', { pool, cache });
    new SglangService(serving, 'chat', { model: 'Qwen/Qwen3-8B', pool, context: 8192, weights });
    expect(container(serving).args).toContain('--model-path=/weights/model');
    const { initContainers, containers } = deployment(serving).template.spec;
    expect(initContainers?.[0].image).toBe(containers[0].image);
  });
});

describe('the nodes', () => {
  const daemon = (home: Layer) =>
    only(home, 'DaemonSet').spec as { template: { metadata: { labels: object }; spec: never } };

  test('of the pool hold what its servers read, and no more', () => {
    const { app, home } = served();
    const { facts } = render(app);
    const holder = facts.of('identity').find(({ serviceAccount }) => serviceAccount === 'l40s-weights');
    expect(holder?.statements.at(-1)).toEqual({
      actions: ['s3:GetObject'],
      resources: [`arn:aws:s3:::${BUCKET}/hub/Qwen/Qwen3-32B/main/*`],
    });
    expect(JSON.stringify(daemon(home))).toContain('"nodeSelector":{"nexus.dev/pool":"l40s"}');
  });

  test('have so much less disk for pods', () => {
    expect(JSON.stringify(daemon(served().home))).toContain('"ephemeral-storage":"65Gi"');
  });

  test('let no replica take the place of their holder, which it waits for', () => {
    expect(JSON.stringify(daemon(served().home))).toContain('"priorityClassName":"system-node-critical"');
  });

  test('are written to by root without capabilities, at the level baseline', () => {
    const { app, home } = served();
    const { template } = daemon(home);
    expect(needsOf(template as never).map(({ level }) => level)).toEqual(['baseline', 'baseline']);
    expect(render(app).facts.of('elevated')).toHaveLength(1);
  });
});

test('every object is valid', () => {
  const { home, serving } = served({ adapters: { sql: { model: 'example/sql-lora' } } });
  expect([...objectsOf(home), ...objectsOf(serving)].flatMap((object) => validateObject(object))).toEqual([]);
});

describe('refuses', () => {
  test('nodes without disks of their own', () => {
    const { home, pool, cache } = shelf({ disk: 'ebs' });
    expect(message(() => new NodeCache(home, 'l40s-weights', { pool, cache }))).toMatchInlineSnapshot(`
      "node-weights/l40s-weights (NodeCache): holds weights on the nodes of pool 'l40s', which keep their files on a volume
        why: a volume of gp3 reads 125 MiB a second: weights come faster from the bucket
        fix: choose instance types with local disks in a GpuNodePool, or stream from the bucket (weights: s3)"
    `);
  });

  test('a server on other nodes', () => {
    const { home, serving, pool, cache } = shelf();
    const weights = new NodeCache(home, 'l40s-weights', { pool, cache });
    const other = new TestPool(serving, 'h200', { gpusPerNode: 8, limit: 8 });
    const props = { model: 'Qwen/Qwen3-32B', pool: other, gpus: 4, context: 32768, weights } as const;
    expect(message(() => new VllmService(serving, 'chat', props))).toMatchInlineSnapshot(`
      "serving/chat (VllmService): runs on pool 'h200', and its weights lie on the nodes of pool 'l40s'
        why: its pods would wait for files that nobody brings there
        fix: make a NodeCache for 'h200', or run it on 'l40s'"
    `);
  });

  test('a way out of the bucket that nobody takes', () => {
    expect(message(() => served({ load: 'stream' }))).toMatchInlineSnapshot(`
      "serving/chat (VllmService): has 'load: stream', and weights that lie in a folder of the pod
        why: it chooses between two ways out of the bucket, and neither is taken
        fix: delete load"
    `);
  });

  test('to hold nothing', () => {
    const { app, home, pool, cache } = shelf();
    new NodeCache(home, 'l40s-weights', { pool, cache });
    expect(message(() => render(app))).toContain('holds no model');
  });
});
