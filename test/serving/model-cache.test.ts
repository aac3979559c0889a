import { App } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import {
  type Cluster,
  Layer,
  objectsOf,
  POLICIES,
  render,
  setCluster,
  setPolicy,
  type Tier,
} from '../../lib/core';
import { S3Store, SeaweedStore } from '../../lib/data';
import { validateObject } from '../../lib/schemas';
import { ModelCache, VllmService, type VllmServiceProps } from '../../lib/serving';
import { AWS } from '../core/tree';
import { LOCAL } from '../data/tree';
import { container, deployment, message, only, TestPool } from './pool';

/** A layer of models in a cluster. */
function inCluster(namespace: string, tier: Tier, cluster: Cluster): Layer {
  const app = new App();
  setPolicy(app, POLICIES[tier]);
  setCluster(app, cluster);
  return new Layer(app, 'serving', { phase: 'serving', namespace });
}

/** A model whose weights come from a bucket. */
function cached(props: Partial<VllmServiceProps> = {}) {
  const layer = inCluster('serving', 'prod', AWS);
  const stores = new Layer(layer.node.root, 'data', { phase: 'data', namespace: 'data' });
  const home = new Layer(layer.node.root, 'weights', { phase: 'data', namespace: 'serving' });
  const cache = new ModelCache(home, 'weights', { bucket: new S3Store(stores, 'objects').bucket('weights') });
  new VllmService(layer, 'chat', {
    model: 'Qwen/Qwen3-32B',
    pool: new TestPool(layer, 'l40s', { gpusPerNode: 4, limit: 24 }),
    gpus: 4,
    context: 32768,
    weights: cache,
    ...props,
  });
  return { layer, home, cache };
}
const BUCKET = 'nexus-prod-weights-111122223333-us-east-1';

describe('large weights', () => {
  test('go straight from the bucket onto the GPUs, through a part of the memory', () => {
    const { layer } = cached();
    const { args = [], env } = container(layer);
    expect(args[0]).toBe(`s3://${BUCKET}/hub/Qwen/Qwen3-32B/main`);
    expect(args).toContain('--load-format=runai_streamer');
    const extra = args.find((arg) => arg.startsWith('--model-loader-extra-config='));
    // Four processes share 40 percent of 128 GiB.
    expect(JSON.parse(extra?.split('=')[1] ?? '')).toEqual({
      distributed: true,
      concurrency: 16,
      memory_limit: 12 * 2 ** 30,
    });
    expect(env).toContainEqual({ name: 'AWS_REGION', value: 'us-east-1' });
    expect(env).toContainEqual({ name: 'HF_HUB_OFFLINE', value: '1' });
    expect(JSON.stringify(deployment(layer).template.spec.volumes)).not.toContain('"weights"');
  });

  test('pass through less on a node with less', () => {
    const { layer } = cached({ memoryGiB: 16, gpus: 1 });
    expect(container(layer).args?.join(' ')).toContain(`"memory_limit":${6 * 2 ** 30}`);
  });

  test('pass through no more than the loader itself would take', () => {
    const { layer } = cached({ memoryGiB: 480 });
    const [, limit] = /"memory_limit":(\d+)/.exec(container(layer).args?.join(' ') ?? '') ?? [];
    expect(Number(limit)).toBe(40 * 2 ** 30);
  });

  test('make a start shorter than the hub would', () => {
    const { layer } = cached();
    expect(render(layer.node.root).facts.of('lifecycle')[0].startupSeconds).toBe(660);
  });
});

test('small weights go by the disk, in whatever format', () => {
  const { layer } = cached({ model: 'BAAI/bge-m3', task: 'embed', gpus: 1, context: 8192 });
  expect(container(layer).args?.[0]).toBe('/weights/model');
  expect(container(layer).args?.join(' ')).not.toContain('runai');
  const [wait] = deployment(layer).template.spec.initContainers ?? [];
  expect(wait.command?.at(-1)).toBe('hub/BAAI/bge-m3/main/=/weights/model');
  expect(deployment(layer).template.spec.volumes).toContainEqual({
    name: 'weights',
    emptyDir: { sizeLimit: '7Gi' },
  });
});

test('a replica waits until its weights are complete, and the rollout with it', () => {
  const { layer } = cached();
  const [wait] = deployment(layer).template.spec.initContainers ?? [];
  expect(wait.command).toEqual([
    'python3',
    '/opt/nexus/weights.py',
    'load',
    BUCKET,
    '2431',
    'hub/Qwen/Qwen3-32B/main/',
  ]);
  const { progressDeadlineSeconds } = only(layer, 'Deployment').spec as { progressDeadlineSeconds: number };
  expect(progressDeadlineSeconds).toBe(660 + 2431 + 600);
});

test('drafts and adapters come the same way', () => {
  const { layer, home } = cached({
    adapters: { sql: { model: 'example/sql-lora' } },
    speculative: { method: 'draft', model: 'Qwen/Qwen3-0.6B' },
  });
  const line = container(layer).args?.join(' ');
  expect(line).toContain(`"model":"s3://${BUCKET}/hub/Qwen/Qwen3-0.6B/main"`);
  expect(line).toContain('--lora-modules sql=/weights/adapters/sql');
  const [wait] = deployment(layer).template.spec.initContainers ?? [];
  expect(wait.command?.slice(5)).toEqual([
    'hub/Qwen/Qwen3-32B/main/',
    'hub/Qwen/Qwen3-0.6B/main/',
    'hub/example/sql-lora/main/=/weights/adapters/sql',
  ]);
  expect(objectsOf(home).filter(({ kind }) => kind === 'Job')).toHaveLength(3);
});

describe('rights and ways', () => {
  test('a server reads its own models, and has no way to the internet', () => {
    const { layer } = cached();
    const { facts } = render(layer.node.root);
    const reader = facts.of('identity').find(({ serviceAccount }) => serviceAccount === 'chat');
    expect(reader?.statements).toEqual([
      { actions: ['s3:GetBucketLocation'], resources: [`arn:aws:s3:::${BUCKET}`] },
      {
        actions: ['s3:ListBucket'],
        resources: [`arn:aws:s3:::${BUCKET}`],
        conditions: { StringLike: { 's3:prefix': ['hub/Qwen/Qwen3-32B/main/*'] } },
      },
      { actions: ['s3:GetObject'], resources: [`arn:aws:s3:::${BUCKET}/hub/Qwen/Qwen3-32B/main/*`] },
    ]);
    const from = (name: string) =>
      facts
        .of('edge')
        .filter((edge) => 'labels' in edge.from && edge.from.labels['app.kubernetes.io/name'] === name)
        .map(({ to }) => ('outside' in to ? to.outside : 'pods'));
    expect(from('chat')).toEqual(['podIdentity', 'objectStore']);
  });

  test('only the Job that fetches reaches the hub, and writes', () => {
    const { layer, home } = cached();
    const job = objectsOf(home).find(({ kind }) => kind === 'Job');
    expect(job?.metadata.name).toMatch(/^weights-qwen3-32b-[0-9a-f]{8}$/);
    const { facts } = render(layer.node.root);
    const hub = facts.of('edge').filter(({ to }) => 'outside' in to && to.outside === 'internet');
    expect(hub.map(({ why }) => why)).toEqual(['weights of Qwen/Qwen3-32B from the model hub']);
    const writer = facts.of('identity').find(({ serviceAccount }) => serviceAccount === 'weights');
    expect(writer?.statements.at(-1)?.resources).toEqual([`arn:aws:s3:::${BUCKET}/hub/*`]);
  });
});

test('a model is fetched once for all who ask, and again for another revision', () => {
  const { home, cache } = cached();
  expect(cache.fetch('Qwen/Qwen3-32B')).toBe(cache.fetch('Qwen/Qwen3-32B'));
  expect(cache.fetch('Qwen/Qwen3-32B', 'abc').prefix).toBe('hub/Qwen/Qwen3-32B/abc/');
  expect(objectsOf(home).filter(({ kind }) => kind === 'Job')).toHaveLength(2);
});

test('every object is valid', () => {
  const { layer, home } = cached({ adapters: { sql: { model: 'example/sql-lora' } } });
  expect([...objectsOf(layer), ...objectsOf(home)].flatMap((object) => validateObject(object))).toEqual([]);
});

describe('refuses', () => {
  test('a bucket that is not on S3', () => {
    const layer = inCluster('serving', 'local', LOCAL);
    const bucket = new SeaweedStore(layer, 'objects').bucket('weights');
    expect(message(() => new ModelCache(layer, 'weights', { bucket }))).toMatchInlineSnapshot(`
      "serving/weights (ModelCache): keeps weights in bucket 'nexus-local-weights', which is not on S3
        why: servers read it with the rights of their identity, which a stand-in does not know
        fix: use S3Store (data.objects.kind: s3), or let servers load from the hub (weights.from: hub)"
    `);
  });
  test('a token that no replica would use', () => {
    const { cache } = cached();
    const hubToken = { secret: 'hub', key: 'token', namespace: 'serving', origin: 'supplied' } as const;
    expect(message(() => cached({ weights: cache, hubToken }))).toMatchInlineSnapshot(`
      "serving/chat (VllmService): has 'hubToken', and reads its weights from a bucket
        why: the Job that fills the bucket asks the hub, and no replica does
        fix: give the token to the ModelCache"
    `);
  });
});
