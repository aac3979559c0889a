import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadEnvironment } from '../../environments';
import { PLATFORM_NAMESPACES } from '../../environments/checks/batch';
import { build } from '../../stacks';

const { rendered } = build(loadEnvironment(join(__dirname, '../../environments/prod.yaml')));

test('no namespace of the platform can be named as one for batch work', () => {
  const written = rendered.objects
    .filter(({ json }) => json.kind === 'Namespace')
    .map(({ json }) => json.metadata.name);
  expect(written.filter((name) => !PLATFORM_NAMESPACES.includes(name))).toEqual([]);
});

test('nothing waits for batch work: it comes up last', () => {
  const layers = rendered.layers.filter(({ name }) => name === 'batch' || name === 'warm');
  expect(layers.map(({ phase }) => phase)).toEqual(['apps', 'apps']);
  const names = layers.map(({ name }) => name);
  expect(rendered.layers.flatMap(({ needs }) => needs.filter((name) => names.includes(name)))).toEqual([]);
});
