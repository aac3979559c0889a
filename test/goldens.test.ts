import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listEnvironments, loadEnvironment } from '../environments';
import { type KubeObject, toYaml } from '../lib/core';
import { build } from '../stacks/build';

const ROOT = join(__dirname, '..');
const SNAPSHOTS = join(__dirname, 'snapshots');

interface Definition {
  readonly versions: readonly { readonly schema: object }[];
}

/** Schemas of kinds are upstream's, and lie in lib/schemas/data: a golden says which one it is. */
function readable(json: KubeObject): KubeObject {
  if (json.kind !== 'CustomResourceDefinition') return json;
  const spec = json.spec as Definition;
  const versions = spec.versions.map(({ schema, ...version }) => ({
    ...version,
    schema: `sha256:${createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16)}`,
  }));
  return { ...json, spec: { ...spec, versions } };
}

/** What reviewers read: the manifests of a layer, and its releases as what they install. */
describe.each(listEnvironments(join(ROOT, 'environments')))('%s', (name) => {
  const { rendered, plan } = build(loadEnvironment(join(ROOT, 'environments', `${name}.yaml`)));

  test.each(rendered.layers.map((layer) => [layer.name, layer] as const))('%s', async (_, layer) => {
    const objects = layer.units.flatMap((unit) => unit.objects.map((object) => readable(object.json)));
    const releases = layer.releases.map(({ path: _path, layer: _layer, ...release }) => ({ release }));
    const text = [...releases, ...objects].map(toYaml).join('---\n');
    await expect(text).toMatchFileSnapshot(join(SNAPSHOTS, name, `${layer.name}.yaml`));
  });

  test.runIf(plan)('the foundation', async () => {
    await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot(
      join(SNAPSHOTS, name, 'foundation.json'),
    );
  });

  test('no golden is left of a layer that is gone', () => {
    const known = [
      ...rendered.layers.map((layer) => `${layer.name}.yaml`),
      ...(plan ? ['foundation.json'] : []),
    ];
    expect(readdirSync(join(SNAPSHOTS, name)).sort()).toEqual(known.sort());
  });
});
