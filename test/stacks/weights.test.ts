import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadEnvironment } from '../../environments';
import { build } from '../../stacks';
import { errorsOf } from './errors';

const BASE = join(__dirname, '../refusals/base.yaml');
const IMAGE = `registry.example.com/models/qwen3-8b@sha256:${'0'.repeat(64)}`;
const SMALL = 'model: Qwen/Qwen3-8B, context: 8192, batchedTokens: 2048';
const FILE = `pools:
  l4: { prepull: true }
  l40s: { gpu: L40S, perNode: 4, limit: 24 }
models:
  chat: { weights: nvme }
  large: { model: Qwen/Qwen3-32B, pool: l40s, gpus: 4, context: 32768, weights: nvme }
  files: { ${SMALL}, pool: l4, weights: mountpoint, engine: sglang }
  packed: { ${SMALL}, pool: l4, weights: image, weightsImage: { reference: "${IMAGE}", pullSecret: registry/models } }
`;

function built(file: string) {
  const root = mkdtempSync(join(tmpdir(), 'weights-'));
  writeFileSync(join(root, 'env.yaml'), `extends: ${BASE}\n${file}`);
  const made = build(loadEnvironment(join(root, 'env.yaml')));
  rmSync(root, { recursive: true });
  return made;
}

const REAL = built(FILE);
const ids = ({ rendered }: typeof REAL, layer: string) =>
  rendered.objects.filter((object) => object.layer === layer).map(({ id }) => id);
const found = (id: string) => {
  const object = REAL.rendered.objects.find((one) => one.id === id);
  if (!object) throw new Error(`no ${id}`);
  return JSON.stringify(object.json);
};

describe('each way, in one file', () => {
  test('is proven', () => {
    expect(REAL.findings).toEqual([]);
  });

  test('comes before the servers', () => {
    const serving = REAL.rendered.layers.find(({ name }) => name === 'serving');
    expect(serving?.needs).toEqual(expect.arrayContaining(['node-weights', 'mounted', 'prepull']));
  });

  test('has a holder for each pool, in a namespace of their own', () => {
    const holders = ids(REAL, 'node-weights').filter((id) => id.startsWith('DaemonSet/'));
    expect(holders).toEqual(['DaemonSet/node-weights/l4-weights', 'DaemonSet/node-weights/l40s-weights']);
  });

  test('has the login of a registry from a secret that somebody fills', () => {
    expect(found('ExternalSecret/serving/login-registry-models')).toContain('kubernetes.io/dockerconfigjson');
    expect(found('Deployment/serving/packed')).toContain(
      '"imagePullSecrets":[{"name":"login-registry-models"}]',
    );
    const supplied = REAL.rendered.facts.of('supplied').find(({ name }) => name === 'login-registry-models');
    expect(supplied?.path).toBe('nexus/small/registry/models');
  });

  test('fetches a model once for all ways', () => {
    const jobs = ids(REAL, 'weights').filter((id) => id.startsWith('Job/'));
    expect(jobs.map((id) => id.replace(/-[0-9a-f]{8}$/, ''))).toEqual([
      'Job/serving/weights-qwen3-8b',
      'Job/serving/weights-qwen3-32b',
    ]);
  });

  test('pulls ahead what runs on the pool, weights included', () => {
    const pulls = found('DaemonSet/serving/l4-images');
    for (const image of ['vllm/vllm-openai', 'lmsysorg/sglang', IMAGE]) expect(pulls).toContain(image);
    expect(pulls).toContain('login-registry-models');
    expect(ids(REAL, 'prepull').filter((id) => id.startsWith('DaemonSet/'))).toHaveLength(1);
  });
});

test('a twin without GPUs has none of it', () => {
  const twin = built(`simulate: true\n${FILE}`);
  expect(errorsOf(twin)).toEqual([]);
  const layers = twin.rendered.layers.map(({ name }) => name);
  for (const name of ['weights', 'node-weights', 'mounted', 'mountpoint', 'prepull']) {
    expect(layers).not.toContain(name);
  }
  expect(ids(twin, 'cluster')).not.toContain('Namespace/node-weights');
});

test('all models by one word', () => {
  const { findings, rendered } = built('weights: { from: nvme }\n');
  expect(findings).toEqual([]);
  expect(rendered.facts.of('model').map(({ weights }) => weights)).toEqual(['nvme']);
});

test('a canary reads what its model reads', () => {
  const { findings, rendered } = built(
    'models:\n  chat: { weights: nvme, canary: { weight: 5, utilization: 0.9, replicas: { min: 1, max: 1 } } }\n',
  );
  expect(findings).toEqual([]);
  expect(rendered.facts.of('model').map(({ weights }) => weights)).toEqual(['nvme', 'nvme']);
});
