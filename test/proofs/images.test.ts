import { describe, expect, test } from 'vitest';
import { imageIsPinned, unpinned } from '../../lib/proofs/image-is-pinned';
import { custom, deployment, podSpec, refusals, release } from './scene';

const DIGEST = `sha256:${'0'.repeat(64)}`;

test.each([
  'vllm/vllm-openai:v0.33.0',
  'postgres:18',
  'clickhouse/clickhouse-server:26.4',
  'ghcr.io/berriai/litellm:main-v1.77.5-stable',
  'registry.example.com:5000/team/app:2026-11-01',
  `docker.io/library/redis@${DIGEST}`,
  `docker.io/library/redis:latest@${DIGEST}`,
])('%s is pinned', (image) => {
  expect(unpinned(image)).toBeUndefined();
});

test.each([
  'redis',
  'registry.example.com:5000/team/app',
  'redis:latest',
  'redis:main',
  'redis:master',
  'redis:stable',
  'redis:nightly',
  'redis:edge',
  'redis:dev',
  'pytorch/torchserve:latest-gpu',
  'example/app:cuda12-latest',
])('%s is not', (image) => {
  expect(unpinned(image)).toBeDefined();
});

describe('image-is-pinned', () => {
  const nodeClass = (alias: string) => ({
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    metadata: { name: 'gpu' },
    spec: { amiSelectorTerms: [{ alias }] },
  });
  const objects = (tag: string, alias: string) => [
    deployment(
      podSpec(
        { initContainers: [{ name: 'init', image: `example/init:${tag}` }] },
        { image: `example/web:${tag}` },
      ),
    ),
    custom('postgresql.cnpg.io/v1', 'Cluster', 'db', { imageName: `example/postgres:${tag}` }),
    custom('agentgateway.dev/v1', 'Parameters', 'gateway', { image: { repository: 'example/gateway', tag } }),
    nodeClass(alias),
  ];

  test('everywhere an image is named', () => {
    const values = (tag: string) => ({
      image: { repository: 'example/chart', tag },
      sidecar: { image: `example/side:${tag}` },
    });
    expect(
      refusals(imageIsPinned, {
        objects: objects('latest', 'al2023@latest'),
        facts: release(values('main')),
      }),
    ).toMatchInlineSnapshot(`
      "Deployment/apps/web: container 'init': image 'example/init:latest' has the tag 'latest', which moves
        why: the same manifest runs another program tomorrow, and a rollback brings nothing back
        fix: name a version, or a digest
      Deployment/apps/web: container 'web': image 'example/web:latest' has the tag 'latest', which moves
        why: the same manifest runs another program tomorrow, and a rollback brings nothing back
        fix: name a version, or a digest
      Cluster/apps/db: spec.imageName 'example/postgres:latest' has the tag 'latest', which moves
        why: the same manifest runs another program tomorrow, and a rollback brings nothing back
        fix: name a version, or a digest
      Parameters/apps/gateway: spec.image 'example/gateway:latest' has the tag 'latest', which moves
        why: the same manifest runs another program tomorrow, and a rollback brings nothing back
        fix: name a version, or a digest
      EC2NodeClass/gpu: spec.amiSelectorTerms[0].alias 'al2023@latest' moves
        why: every node is replaced on the day of a release, GPUs and their models too
        fix: name a release, such as 'al2023@v20260714'
      release/apps/web: values.image.tag 'example/chart:main' has the tag 'main', which moves
        why: the same manifest runs another program tomorrow, and a rollback brings nothing back
        fix: name a version, or a digest
      release/apps/web: values.sidecar.image 'example/side:main' has the tag 'main', which moves
        why: the same manifest runs another program tomorrow, and a rollback brings nothing back
        fix: name a version, or a digest"
    `);
    expect(
      refusals(imageIsPinned, {
        objects: objects('1.2.3', 'al2023@v20260714'),
        facts: release(values('v1.2.3')),
      }),
    ).toBe('');
  });

  test('pods of charts and operators too, where the image is known', () => {
    const template = {
      metadata: { labels: {} },
      spec: podSpec({}, { image: 'example/operand:nightly' }),
    } as never;
    const pods = {
      owner: 'Kafka/apps/events#broker',
      maker: 'operator',
      namespace: 'apps',
      replicas: 1,
      maxReplicas: 1,
      template,
    } as const;
    expect(refusals(imageIsPinned, { facts: { pods: [pods] } })).toContain('Kafka/apps/events#broker');
  });

  test('a chart decides where the values leave the tag open', () => {
    const open = {
      image: { repository: 'example/chart', tag: '', pullPolicy: 'IfNotPresent' },
      other: { image: 'name-only' },
    };
    const pinned = { image: { repository: 'example/chart', tag: 'latest', digest: DIGEST } };
    expect(
      refusals(imageIsPinned, { objects: objects('1.2.3', 'al2023@v1'), facts: release({ open, pinned }) }),
    ).toBe('');
  });
});

describe('an image whose files are mounted', () => {
  const mounted = (reference: string, tier: 'prod' | 'dev') =>
    refusals(imageIsPinned, {
      policy: { tier },
      objects: [deployment(podSpec({ volumes: [{ name: 'weights', image: { reference } }] }))],
    });

  test('has a digest in prod', () => {
    expect(mounted(`example/qwen@${DIGEST}`, 'prod')).toBe('');
    expect(mounted('example/qwen:v1', 'dev')).toBe('');
    expect(mounted('example/qwen:v1', 'prod')).toMatchInlineSnapshot(`
      "Deployment/apps/web: volume 'weights': image 'example/qwen:v1' is named by a tag, in an environment of tier prod
        why: whoever may push to its repository changes what replicas answer with, one node at a time
        fix: name its digest: repository@sha256:…"
    `);
  });

  test('has a version everywhere', () => {
    expect(mounted('example/qwen:latest', 'dev')).toMatchInlineSnapshot(`
      "Deployment/apps/web: volume 'weights': image 'example/qwen:latest' has the tag 'latest', which moves
        why: the same manifest runs another program tomorrow, and a rollback brings nothing back
        fix: name a version, or a digest"
    `);
  });
});
