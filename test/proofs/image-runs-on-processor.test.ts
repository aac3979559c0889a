import { describe, expect, test } from 'vitest';
import { processorsOf, repositoryOf } from '../../lib/catalog';
import { images, type PodsFact, type PoolFact } from '../../lib/core';
import { imageRunsOnProcessor } from '../../lib/proofs/image-runs-on-processor';
import { POOLS } from './platform';
import { refusals } from './scene';

const ARM = { key: 'kubernetes.io/arch', value: 'arm64', effect: 'NoSchedule' } as const;
const graviton: PoolFact = {
  ...POOLS[0],
  name: 'graviton',
  labels: { 'nexus.dev/pool': 'graviton' },
  arch: 'arm64',
  taints: [ARM],
};
const pods = (image: string, init?: string): PodsFact => ({
  owner: 'Deployment/apps/web',
  maker: 'object',
  namespace: 'apps',
  replicas: 1,
  maxReplicas: 1,
  template: {
    metadata: { labels: { app: 'web' } },
    spec: {
      nodeSelector: { 'nexus.dev/pool': 'graviton' },
      tolerations: [{ key: ARM.key, operator: 'Exists' }],
      ...(init ? { initContainers: [{ name: 'first', image: init }] } : {}),
      containers: [{ name: 'web', image }],
    },
  },
});
const judged = (
  fact: PodsFact,
  image: readonly { repository: string; processors: ('amd64' | 'arm64')[] }[] = [],
) => refusals(imageRunsOnProcessor, { facts: { pool: [...POOLS, graviton], pods: [fact], image } });

describe('on arm64', () => {
  test('an image that is built for both runs', () => {
    expect(judged(pods(images.valkey))).toBe('');
  });

  test('one that is built for amd64 alone is refused, as is one that nobody has looked up', () => {
    expect(judged(pods(images.litellm))).toMatchInlineSnapshot(`
      "Deployment/apps/web: may land on pool 'graviton' of arm64, and image 'ghcr.io/berriai/litellm-database:v1.106.2' of container 'web' is built for amd64 alone
        why: an image for other processors ends with 'exec format error' at every start
        fix: place it on a pool of amd64"
    `);
    expect(judged(pods('docker.io/example/web:1.2.3'))).toMatchInlineSnapshot(`
      "Deployment/apps/web: may land on pool 'graviton' of arm64, and image 'docker.io/example/web:1.2.3' of container 'web' is not known to be built for it
        why: an image for other processors ends with 'exec format error' at every start
        fix: place it on a pool of amd64, or say what it is built for: declare(construct, 'image', { repository: 'example/web', processors: ['amd64', 'arm64'] })"
    `);
  });

  test('what somebody says of an image counts, also against what was seen', () => {
    const repository = 'docker.io/example/web';
    expect(judged(pods('example/web:1.2.3'), [{ repository, processors: ['arm64'] }])).toBe('');
    expect(judged(pods(images.valkey), [{ repository: 'valkey/valkey', processors: ['amd64'] }])).toContain(
      'built for amd64 alone',
    );
  });

  test('a container of the start counts too', () => {
    expect(judged(pods(images.valkey, images.litellm))).toContain("of container 'first'");
  });
});

test('an image is known whatever its tag, its digest and its host', () => {
  expect(repositoryOf('docker.io/valkey/valkey:9.1.1@sha256:abc')).toBe('valkey/valkey');
  expect(repositoryOf('localhost:5000/web')).toBe('localhost:5000/web');
  expect(processorsOf('valkey/valkey:9')).toEqual(['amd64', 'arm64']);
  expect(processorsOf('constructor')).toBeUndefined();
});

test('of most pinned images somebody has looked it up', () => {
  const unknown = Object.entries(images).filter(([, image]) => !processorsOf(image));
  expect(unknown.map(([name]) => name)).toMatchInlineSnapshot(`
    [
      "triton",
      "tensorrtllm",
      "disaggSidecar",
      "envoyGatewayController",
      "envoyProxy",
      "envoyAiGatewayController",
      "envoyAiGatewayProcessor",
      "argoRollouts",
      "rolloutsGatewayPlugin",
      "redisExporter",
      "etcd",
      "curl",
      "clickhouse",
      "clickhouseKeeper",
    ]
  `);
});
