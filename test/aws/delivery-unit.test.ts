import { expect, test } from 'vitest';
import { deliveryUnits } from '../../lib/aws';
import type { KubeObject, RenderedLayer } from '../../lib/core';

const object = (kind: string, name: string, size = 1) => {
  const json: KubeObject = { apiVersion: 'v1', kind, metadata: { name }, data: { text: 'x'.repeat(size) } };
  return { id: `${kind}/${name}`, layer: 'layer', path: name, json };
};
const layer = (units: RenderedLayer['units']): RenderedLayer => ({
  name: 'layer',
  phase: 'apps',
  needs: [],
  releases: [],
  units,
});

test('a unit is one construct, with the length of what travels', () => {
  const objects = [object('ConfigMap', 'a'), object('ConfigMap', 'b')];
  const [unit] = deliveryUnits(layer([{ name: 'chat', objects }]));
  expect(unit).toMatchObject({ layer: 'layer', id: 'chat', keep: false });
  expect(unit.bytes).toBe(JSON.stringify(objects.map(({ json }) => json)).length);
});

test('above the size of an event, each object is a unit of its own name', () => {
  const objects = [object('ConfigMap', 'a', 150_000), object('ConfigMap', 'b', 150_000)];
  const units = deliveryUnits(layer([{ name: 'chat', objects }]));
  expect(units.map(({ id }) => id)).toEqual(['chat/ConfigMap-a', 'chat/ConfigMap-b']);
});

test('one object that holds data keeps its unit', () => {
  const objects = [object('ConfigMap', 'a'), object('Namespace', 'apps')];
  expect(deliveryUnits(layer([{ name: 'apps', objects }]))[0].keep).toBe(true);
});
