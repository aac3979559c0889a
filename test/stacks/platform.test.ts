import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listEnvironments, loadEnvironment } from '../../environments';
import { PHASES } from '../../lib/core';
import { PROOFS } from '../../lib/proofs';
import { build } from '../../stacks/build';
import { filesOf } from '../../stacks/deliver';

const FOLDER = join(__dirname, '../../environments');
const BUILT = listEnvironments(FOLDER).map((name) => build(loadEnvironment(join(FOLDER, `${name}.yaml`))));

/** An environment of ours with a text of it replaced, in a folder of its own. */
function changed(name: string, from: string, to: string) {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-'));
  writeFileSync(join(folder, 'base.yaml'), readFileSync(join(FOLDER, 'base.yaml')));
  const text = readFileSync(join(FOLDER, `${name}.yaml`), 'utf8');
  if (!text.includes(from)) throw new Error(`${name}.yaml does not say ${from}`);
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, text.replace(from, to));
  return build(loadEnvironment(file));
}

describe.each(BUILT.map((built) => [built.environment.name, built] as const))('%s', (_, built) => {
  test('is proven, and every proof that can judge has something to look at', () => {
    expect(built.findings).toEqual([]);
    expect(built.proofs.map(({ name }) => name)).toEqual([...PROOFS.map(({ name }) => name), 'stale-waiver']);
    const blind = built.proofs.filter(
      ({ name, checked, skipped }) => !checked && !skipped && name !== 'stale-waiver',
    );
    const unscaled = built.environment.tier === 'local' || built.environment.tier === 'dev';
    // The one environment whose models have one replica each.
    const unpicked = built.environment.tier === 'dev';
    expect(blind.map(({ name }) => name)).toEqual([
      ...(unpicked ? ['picker-config-is-known', 'picker-objects-are-read'] : []),
      ...(unscaled ? ['scaler-owns-replicas'] : []),
    ]);
  });

  test('layers come in the order of their phases, and need only what stands before', () => {
    const { layers } = built.rendered;
    const ranks = layers.map((layer) => PHASES.indexOf(layer.phase));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    layers.forEach((layer, index) => {
      const before = layers.slice(0, index).map(({ name }) => name);
      expect(before).toEqual(expect.arrayContaining([...layer.needs]));
    });
  });

  test('is the same bytes the second time', () => {
    const file = join(FOLDER, `${built.environment.name}.yaml`);
    expect(filesOf(build(loadEnvironment(file)))).toEqual(filesOf(built));
  });
});

test('a second model is one line: its server, its monitor, its route', () => {
  const before = BUILT.find((built) => built.environment.name === 'dev');
  const after = changed(
    'dev',
    '  embed: {',
    '  code: { model: Qwen/Qwen3-8B, pool: l4, context: 8192, batchedTokens: 2048, drainSeconds: 60 }\n  embed: {',
  );
  expect(after.ok).toBe(true);
  const known = new Set(before?.rendered.objects.map(({ id }) => id));
  expect(
    after.rendered.objects.filter(({ id }) => !known.has(id)).map(({ id }) => id),
  ).toMatchInlineSnapshot(`
    [
      "ServiceAccount/serving/code",
      "NetworkPolicy/serving/code",
      "Deployment/serving/code",
      "Service/serving/code",
      "ServiceAccount/serving/code-smoke",
      "NetworkPolicy/serving/code-smoke",
      "ConfigMap/serving/code-smoke-c1b56ed8-opt-smoke",
      "Job/serving/code-smoke-c1b56ed8",
      "PodMonitor/serving/code",
    ]
  `);
  const config = after.rendered.objects.find(({ id }) => id.startsWith('ConfigMap/gateway/gateway'));
  expect(JSON.stringify(config?.json)).toContain('http://code.serving.svc:8000/v1');
});

test('a finding carries the line of the entry that caused it', () => {
  const { findings, ok } = changed('prod', 'pool: l4, task: embed', 'pool: batch, task: embed');
  expect(ok).toBe(false);
  expect(findings[0]).toMatchObject({ proof: 'disruption-can-finish', origin: 'models.embed' });
  expect(findings[0].at).toMatch(/prod\.yaml:\d+:\d+$/);
});

test('faults of several entries are told together', () => {
  const { findings, ok } = changed(
    'prod',
    'limit: 8 } # two servers on each GPU',
    'limit: 4 }\n  few: { gpu: H100, perNode: 4, limit: 8 }',
  );
  expect(ok).toBe(false);
  expect(findings.map(({ object }) => object)).toMatchInlineSnapshot(`
    [
      "capacity/slices (GpuNodePool)",
      "capacity/few (GpuNodePool)",
    ]
  `);
});
